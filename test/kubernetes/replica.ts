import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** One running `portcullis kubernetes`. */
export type Replica = {
  readonly process: ChildProcess
  /** What it has logged. */
  readonly log: readonly string[]
  /** Settles when it says that it is ready. */
  ready(): Promise<void>
  /** Settles when a line of the log matches. */
  logged(line: RegExp): Promise<void>
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** The built program; another one with PORTCULLIS_PROGRAM. */
export const PROGRAM: string =
  process.env.PORTCULLIS_PROGRAM ?? join(import.meta.dirname, '../../dist/main.js')
const PATIENCE_MS = 30_000

/** @param adminPort where its health is; every replica on one machine needs its own address */
export function startReplica(
  kubeconfig: string,
  adminPort: number,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Replica {
  const address = optionOf('--address', args) ?? '127.0.0.1'
  const child = spawn(
    process.execPath,
    [PROGRAM, 'kubernetes', '--kubeconfig', kubeconfig, '--admin-port', String(adminPort), ...args],
    { stdio: ['ignore', 'inherit', 'pipe'], env: { ...process.env, ...environment } },
  )
  const log: string[] = []
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log.push(...text.split('\n').filter(line => line !== ''))
  })
  let ended = false
  child.once('close', () => {
    ended = true
  })
  const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
    const deadline = performance.now() + PATIENCE_MS
    while (performance.now() < deadline) {
      if (ended)
        throw new Error(
          `the gateway ended with ${child.exitCode} ${child.signalCode}:\n${log.join('\n')}`,
        )
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error(`waited in vain; the log of the gateway:\n${log.join('\n')}`)
  }
  return {
    process: child,
    log,
    ready: () =>
      until(async () => {
        const answer = await fetch(`http://${address}:${adminPort}/healthz/ready`).catch(
          () => undefined,
        )
        return answer?.ok === true
      }),
    logged: line => until(() => log.some(text => line.test(text))),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill(signal)
      await gone
    },
  }
}

function optionOf(option: string, args: readonly string[]): string | undefined {
  const index = args.indexOf(option)
  return index === -1 ? undefined : args[index + 1]
}
