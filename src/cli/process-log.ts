import { createLog, type RootLog } from '../observe/log.ts'

/**
 * The log of a command that keeps running: to standard error, handed over completely when the process
 * ends. A fault that nobody caught is logged with its cause, and ends the process with exit code 1.
 */
export function createProcessLog(): RootLog {
  const log = createLog({ level: 'info', format: 'auto' })
  process.on('exit', log.flush)
  const end = (what: string) => (error: unknown) => {
    log.error({ error }, what)
    process.exit(1)
  }
  process.on('uncaughtException', end('Uncaught exception: this is a bug'))
  process.on('unhandledRejection', end('Unhandled rejection: this is a bug'))
  return log
}
