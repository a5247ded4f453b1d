import type { Log } from '../../observe/log.ts'
import type { Client } from '../client.ts'
import type { Exchange } from '../connection.ts'
import type { CallFailure } from '../failure.ts'
import type { Message } from '../message.ts'
import type { Channel, OpenChannel } from './channel.ts'
import { createDuplex, type Duplex } from './duplex.ts'
import type { Restart } from './restart.ts'

/** What a lane is used for: one session, the requests without session of one caller, or everybody's. */
export type LaneUse = 'session' | 'pooled' | 'shared'

/** A channel to a server and who may use it. */
export type Lane = {
  readonly use: LaneUse
  readonly owner: string
  readonly duplex: Duplex
  readonly gone: boolean
  lastUsed: number
  /** The stream for what belongs to no request. */
  listener: Exchange | undefined
  /** Messages for a listener that is not there at the moment. */
  readonly queue: { readonly text: string; readonly message: Message }[]
  /** Exchanges that wait for an answer, the latest last. */
  readonly exchanges: Set<Exchange>
  stop(): Promise<void>
}

export type LanesOptions = {
  readonly target: string
  readonly open: OpenChannel
  /** Undefined: a channel that cannot be opened is tried again at once. */
  readonly restart: Restart | undefined
  readonly log: Log
  readonly now: () => number
  readonly idleMs: number
}

export type Lanes = {
  /** @param ended told once when the lane is gone */
  start(
    use: LaneUse,
    owner: string,
    client: Client | undefined,
    ended: () => void,
  ): Lane | CallFailure
  close(): Promise<void>
}

const MAX_QUEUE = 200
const MAX_LOGGED = 1_000
const REAP_MS = 30_000
/** How long calls may go on in a lane whose configuration is gone. */
const CLOSE_GRACE_MS = 30_000

/** Starts and stops the lanes of one target; those of sessions end when nobody uses them. */
export function createLanes(options: LanesOptions): Lanes {
  const { target, restart, log, now } = options
  const lanes = new Set<Lane>()
  let closing = false

  const reaper = setInterval(() => {
    for (const lane of lanes) {
      const idle = lane.use !== 'shared' && lane.listener === undefined && lane.duplex.waiting === 0
      if (idle && now() - lane.lastUsed > options.idleMs) void lane.stop()
    }
  }, REAP_MS)
  reaper.unref()

  return {
    start(use, owner, client, ended) {
      const wait = restart?.delay() ?? 0
      if (wait > 0 || closing) {
        const detail = closing
          ? 'the gateway is stopping'
          : `the server process of target ${target} keeps ending, it is started again in ${Math.ceil(wait / 1000)} s`
        return { kind: 'target_unavailable', detail }
      }
      const startedAt = now()
      let gone = false
      let stopping = false
      let channel: Channel | undefined
      const duplex = createDuplex({
        send: (line, sender, undelivered) =>
          !gone && channel?.send(line, sender, undelivered) === true,
        unrelated: (text, message) => UNRELATED[use](lane, text, message),
        garbage: line =>
          log.warn(
            { target, line: line.slice(0, MAX_LOGGED) },
            'the server wrote a line that is no JSON-RPC message',
          ),
      })
      const lane: Lane = {
        use,
        owner,
        duplex,
        get gone() {
          return gone
        },
        lastUsed: now(),
        listener: undefined,
        queue: [],
        exchanges: new Set(),
        async stop() {
          stopping = true
          await channel?.stop()
        },
      }
      lanes.add(lane)
      channel = options.open(client, {
        message(text) {
          try {
            duplex.receive(text)
          } catch (error) {
            log.error({ target, error }, 'a message of a server could not be handed on')
          }
        },
        gone(reason) {
          gone = true
          lanes.delete(lane)
          restart?.ended(stopping ? Number.POSITIVE_INFINITY : now() - startedAt)
          if (!stopping) log.warn({ target, reason }, 'the connection to the server ended')
          duplex.fail({ kind: 'target_failed', detail: `target ${target}: ${reason}` })
          lane.listener?.end()
          ended()
        },
      })
      return lane
    },

    async close() {
      closing = true
      clearInterval(reaper)
      await Promise.all([...lanes].map(lane => idle(lane).then(lane.stop)))
    },
  }
}

/** Settles when nothing waits for an answer, or when that takes too long. */
async function idle(lane: Lane): Promise<void> {
  const deadline = performance.now() + CLOSE_GRACE_MS
  while (lane.duplex.waiting > 0 && !lane.gone && performance.now() < deadline)
    await new Promise(resolve => setTimeout(resolve, 50))
}

/** Where a message goes that belongs to no request, by what the lane is used for. */
const UNRELATED = {
  session: toSession,
  // The gateway opened this one by itself and said that it can do nothing.
  pooled: () => false,
  shared: toOnlyCaller,
} satisfies Record<LaneUse, (lane: Lane, text: string, message: Message) => boolean>

/**
 * A legacy server does not say which request its own requests and log messages belong to. The latest
 * that waits is the best guess; what concerns no request at all goes to the stream for that, and waits
 * for it if need be.
 */
function toSession(lane: Lane, text: string, message: Message): boolean {
  const standing = /list_changed$|resources\/updated$/.test(message.method ?? '')
  if (standing && lane.listener?.message(text, message) === true) return true
  const latest = [...lane.exchanges].at(-1)
  if (latest?.message(text, message) === true || lane.listener?.message(text, message) === true)
    return true
  lane.queue.push({ text, message })
  if (lane.queue.length > MAX_QUEUE) lane.queue.shift()
  return true
}

/** A log line of a channel that several callers share is shown only if it can be for one alone. */
function toOnlyCaller(lane: Lane, text: string, message: Message): boolean {
  const [only] = lane.exchanges
  return (
    lane.exchanges.size === 1 && message.id === undefined && only?.message(text, message) === true
  )
}
