import type { StdioTransport } from '../../config/snapshot.ts'
import type { Log } from '../../observe/log.ts'
import type { OpenChannel } from './channel.ts'
import { startChild } from './child.ts'

const MAX_LOGGED = 1_000

/**
 * Starts the command of a stdio target and speaks with it over its standard streams. A command that
 * cannot be started is gone at once.
 */
export function createStdioChannels(
  target: string,
  transport: StdioTransport,
  environment: NodeJS.ProcessEnv,
  log: Log,
): OpenChannel {
  return (_client, events) => {
    let gone = false
    const child = startChild(transport, environment, {
      line: events.message,
      stderr: text => log.info({ target, text: text.slice(0, MAX_LOGGED) }, 'stderr of the server'),
      gone(reason) {
        gone = true
        events.gone(`the server process ${reason}`)
      },
    })
    log.debug({ target, pid: child.pid }, 'server process started')
    return { send: line => !gone && child.send(line), stop: child.stop }
  }
}
