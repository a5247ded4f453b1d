import { setTimeout } from 'node:timers/promises'
import { type Identity, identityKey } from '../../auth/identity.ts'
import type { StdioTransport } from '../../config/snapshot.ts'
import type { Log } from '../../observe/log.ts'
import { createAnswer } from '../answer.ts'
import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { Exchange } from '../connection.ts'
import { type EventStream, openEventStream } from '../event-stream.ts'
import type { CallFailure } from '../failure.ts'
import { INITIALIZE, INITIALIZED } from '../handshake.ts'
import type { Message } from '../message.ts'
import type { McpServer } from '../server.ts'
import { newSessionKey, UNKNOWN_SESSION } from '../sessions.ts'
import { createRestart } from './restart.ts'
import { type StdioProcess, startStdioProcess } from './stdio-process.ts'

export type StdioServerOptions = {
  readonly target: string
  readonly transport: StdioTransport
  readonly environment: NodeJS.ProcessEnv
  readonly log: Log
  readonly now: () => number
  readonly idleMs: number
  readonly keepAliveMs: number
  readonly maxSessions: number
  readonly maxSessionsPerIdentity: number
}

/** A process and who may use it. */
type Lane = {
  readonly use: 'session' | 'pooled' | 'shared'
  readonly owner: string
  readonly process: StdioProcess
  lastUsed: number
  stream: EventStream | undefined
  /** Messages for a stream that is not open at the moment. */
  readonly queue: string[]
  /** The exchange that a message without relation is shown on: the latest that waits. */
  readonly exchanges: Set<Exchange>
}

const MAX_QUEUE = 200
const REAP_MS = 30_000
/** How long calls may go on in a process whose configuration is gone. */
const CLOSE_GRACE_MS = 30_000

/**
 * A target over standard streams: one process per legacy session, one per caller for legacy requests
 * without a session, and one shared by all modern callers, whose requests are independent by design
 * (spec 2026-07-28, basic/index#statelessness). Processes are started when they are needed.
 */
export function createStdioServer(options: StdioServerOptions): McpServer {
  const { target, log, now } = options
  const restart = createRestart(now)
  const sessions = new Map<string, Lane>()
  const pooled = new Map<string, Promise<Lane | CallFailure>>()
  const lanes = new Set<Lane>()
  let shared: Lane | undefined
  let closing = false

  const start = (
    use: Lane['use'],
    owner: string,
    onEnd: (lane: Lane) => void,
  ): Lane | CallFailure => {
    const wait = restart.delay()
    if (wait > 0 || closing) {
      const detail = closing
        ? 'the gateway is stopping'
        : `the server process of target ${target} keeps ending, it is started again in ${Math.ceil(wait / 1000)} s`
      return { kind: 'target_unavailable', detail }
    }
    const startedAt = now()
    const queue: string[] = []
    const exchanges = new Set<Exchange>()
    const lane: Lane = {
      use,
      owner,
      lastUsed: now(),
      stream: undefined,
      queue,
      exchanges,
      process: startStdioProcess({
        transport: options.transport,
        environment: options.environment,
        log,
        target,
        unrelated: (text, message) => UNRELATED[use](lane, text, message),
        ended(reason) {
          lanes.delete(lane)
          restart.ended(stopping.has(lane) ? Number.POSITIVE_INFINITY : now() - startedAt)
          lane.stream?.end()
          if (!stopping.has(lane)) log.warn({ target, reason }, 'server process ended')
          onEnd(lane)
        },
      }),
    }
    lanes.add(lane)
    return lane
  }

  const stopping = new WeakSet<Lane>()
  const stop = (lane: Lane): Promise<void> => {
    stopping.add(lane)
    return lane.process.child.stop()
  }

  /** Sends a request and writes what comes back to the client. */
  const exchange = (
    lane: Lane,
    call: Call,
    client: Client,
    headers?: (answer: Message | undefined) => Readonly<Record<string, string>>,
  ): void => {
    lane.lastUsed = now()
    const answer = createAnswer(client, call, {
      keepAliveMs: options.keepAliveMs,
      ...(headers === undefined ? {} : { headers }),
      done() {
        lane.exchanges.delete(answer)
        lane.lastUsed = now()
        cancel()
      },
    })
    lane.exchanges.add(answer)
    const cancel = lane.process.connection.request(call.text, call.message, answer)
  }

  const reaper = setInterval(() => {
    for (const lane of lanes) {
      const idle =
        lane !== shared && lane.stream === undefined && lane.process.connection.waiting === 0
      if (idle && now() - lane.lastUsed > options.idleMs) void stop(lane)
    }
  }, REAP_MS)
  reaper.unref()

  const tooMany = (owner: string): CallFailure | undefined => {
    const own = [...sessions.values()].filter(lane => lane.owner === owner).length
    if (sessions.size < options.maxSessions && own < options.maxSessionsPerIdentity)
      return undefined
    const [limit, whose] =
      own < options.maxSessionsPerIdentity
        ? [options.maxSessions, 'all callers']
        : [options.maxSessionsPerIdentity, 'this caller']
    return {
      kind: 'too_many_sessions',
      detail: `target ${target} runs one process per session, and ${whose} together have ${limit} already`,
    }
  }

  const poolLane = (identity: Identity): Promise<Lane | CallFailure> => {
    const owner = identityKey(identity)
    const existing = pooled.get(owner)
    if (existing !== undefined) return existing
    const opened = openLane(owner, lane => {
      if (pooled.get(owner) === opened) pooled.delete(owner)
      return lane
    })
    pooled.set(owner, opened)
    void opened.then(result => {
      if (isFailure(result) && pooled.get(owner) === opened) pooled.delete(owner)
    })
    return opened
  }

  /** A process with a legacy session that the gateway itself has opened. */
  const openLane = async (
    owner: string,
    onEnd: (lane: Lane) => void,
  ): Promise<Lane | CallFailure> => {
    const lane = start('pooled', owner, onEnd)
    if (isFailure(lane)) return lane
    const { connection } = lane.process
    const failure = await new Promise<CallFailure | undefined>(resolve => {
      connection.request(INITIALIZE.text, INITIALIZE.message, {
        message: () => false,
        answer: (_text, { error }) =>
          resolve(
            error === undefined
              ? undefined
              : {
                  kind: 'target_failed',
                  detail: `the server refused initialize: ${error.message}`,
                },
          ),
        end: () =>
          resolve({ kind: 'target_failed', detail: 'the server did not answer initialize' }),
        fail: resolve,
      })
    })
    if (failure !== undefined) {
      void stop(lane)
      return failure
    }
    connection.notify(INITIALIZED.text, INITIALIZED.message)
    return lane
  }

  return {
    modern(call, client) {
      if (call.kind === 'notification') {
        accept(client)
        return
      }
      if (shared === undefined || shared.process.gone) {
        const lane = start('shared', '', () => undefined)
        if (isFailure(lane)) {
          client.fail(lane)
          return
        }
        shared = lane
      }
      exchange(shared, call, client)
    },

    initialize(call, client, opened) {
      const owner = identityKey(client.identity)
      const refused = tooMany(owner)
      const key = newSessionKey()
      const lane = refused ?? start('session', owner, () => sessions.delete(key))
      if (isFailure(lane)) {
        client.fail(lane)
        return
      }
      sessions.set(key, lane)
      exchange(lane, call, client, (answer): Readonly<Record<string, string>> => {
        if (answer?.error !== undefined) {
          void stop(lane)
          return {}
        }
        return { 'mcp-session-id': opened({ [target]: '' }, key) }
      })
    },

    inSession(call, session, client) {
      const lane = sessions.get(session.key)
      if (lane === undefined || lane.process.gone) {
        client.fail(UNKNOWN_SESSION)
        return
      }
      if (call.kind === 'request') {
        exchange(lane, call, client)
        return
      }
      lane.lastUsed = now()
      if (call.kind === 'notification') lane.process.connection.notify(call.text, call.message)
      else if (
        call.kind === 'response' &&
        !lane.process.connection.respond(call.text, call.message)
      ) {
        client.fail({
          kind: 'invalid_request',
          detail: 'the server has not asked what this answers',
        })
        return
      }
      accept(client)
    },

    listen(session, _lastEventId, client) {
      const lane = sessions.get(session.key)
      if (lane === undefined || lane.process.gone) {
        client.fail(UNKNOWN_SESSION)
        return
      }
      // A client that lost its stream connects again before we notice: the newer one counts.
      lane.stream?.end()
      const stream = openEventStream(
        client.response,
        { 'mcp-session-id': String(client.response.req.headers['mcp-session-id']) },
        options.keepAliveMs,
      )
      lane.stream = stream
      client.response.once('close', () => {
        if (lane.stream === stream) lane.stream = undefined
        lane.lastUsed = now()
      })
      for (const text of lane.queue.splice(0)) stream.send(text)
    },

    endSession(session, client) {
      const lane = sessions.get(session.key)
      if (lane !== undefined) void stop(lane)
      client.response.writeHead(200, { 'content-length': 0 }).end()
    },

    stateless(call, client) {
      void poolLane(client.identity).then(lane => {
        if (isFailure(lane)) client.fail(lane)
        else if (!client.response.destroyed)
          exchange(lane, { ...call, acceptsStream: false }, client)
      })
    },

    notReady: () =>
      restart.delay() > 0 ? `the server process of target ${target} keeps ending` : undefined,

    async close() {
      closing = true
      clearInterval(reaper)
      await Promise.all([...lanes].map(lane => idle(lane).then(() => stop(lane))))
    },
  }
}

/** Answers a notification or a response that was taken (spec 2025-11-25, basic/transports). */
function accept(client: Client): void {
  client.response.writeHead(202, { 'content-length': 0 }).end()
}

function isFailure(value: Lane | CallFailure): value is CallFailure {
  return 'kind' in value
}

/** Settles when nothing waits for an answer, or when that takes too long. */
async function idle({ process }: Lane): Promise<void> {
  const deadline = performance.now() + CLOSE_GRACE_MS
  while (process.connection.waiting > 0 && !process.gone && performance.now() < deadline)
    await setTimeout(50)
}

/** Where a message goes that belongs to no request, by what the process is used for. */
const UNRELATED = {
  session: toSession,
  // The gateway opened this one by itself and said that it can do nothing.
  pooled: () => false,
  shared: toOnlyCaller,
} satisfies Record<Lane['use'], (lane: Lane, text: string, message: Message) => boolean>

/**
 * A legacy server does not say which request its own requests and log messages belong to. The latest
 * that waits is the best guess; what concerns no request at all goes to the stream for that, and waits
 * for it if need be.
 */
function toSession(lane: Lane, text: string, message: Message): boolean {
  const standing = /list_changed$|resources\/updated$/.test(message.method ?? '')
  if (standing && lane.stream?.send(text) === true) return true
  const latest = [...lane.exchanges].at(-1)
  if (latest?.message(text, message) === true || lane.stream?.send(text) === true) return true
  lane.queue.push(text)
  if (lane.queue.length > MAX_QUEUE) lane.queue.shift()
  return true
}

/** A log line of a process that several callers share is shown only if it can be for one alone. */
function toOnlyCaller(lane: Lane, text: string, message: Message): boolean {
  const [only] = lane.exchanges
  return (
    lane.exchanges.size === 1 && message.id === undefined && only?.message(text, message) === true
  )
}
