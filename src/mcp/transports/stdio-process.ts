import type { StdioTransport } from '../../config/snapshot.ts'
import type { Log } from '../../observe/log.ts'
import type { Message } from '../message.ts'
import { type Child, startChild } from './child.ts'
import { createStdioConnection, type StdioConnection } from './stdio-connection.ts'

/** A child process together with the connection over its streams. */
export type StdioProcess = {
  readonly connection: StdioConnection
  readonly child: Child
  readonly gone: boolean
}

export type StdioProcessOptions = {
  readonly transport: StdioTransport
  readonly environment: NodeJS.ProcessEnv
  readonly log: Log
  readonly target: string
  unrelated(text: string, message: Message): boolean
  /** Once, after everything that waited has been told. */
  ended(reason: string): void
}

const MAX_LOGGED = 1_000

/** Starts the command and speaks JSON-RPC with it. A command that cannot be started ends at once. */
export function startStdioProcess(options: StdioProcessOptions): StdioProcess {
  const { log, target } = options
  let gone = false
  const connection = createStdioConnection({
    send: line => !gone && child.send(line),
    unrelated: options.unrelated,
    garbage: line =>
      log.warn(
        { target, line: line.slice(0, MAX_LOGGED) },
        'the server wrote a line that is no JSON-RPC message',
      ),
  })
  const child = startChild(options.transport, options.environment, {
    line: connection.receive,
    stderr: text => log.info({ target, text: text.slice(0, MAX_LOGGED) }, 'stderr of the server'),
    gone(reason) {
      gone = true
      connection.fail(reason)
      options.ended(reason)
    },
  })
  log.debug({ target, pid: child.pid }, 'server process started')
  return {
    connection,
    child,
    get gone() {
      return gone
    },
  }
}
