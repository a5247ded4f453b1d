import { randomBytes } from 'node:crypto'
import { identityKey } from '../../auth/identity.ts'
import type { Client } from '../client.ts'
import type { Exchange, Outgoing } from '../connection.ts'
import { refusedEra } from '../era-mismatch.ts'
import type { CallFailure } from '../failure.ts'
import { openingRequest, readOpened } from '../handshake.ts'
import type { Session, TargetState } from '../session.ts'
import { UNKNOWN_SESSION } from '../sessions.ts'
import type { ModernEra, Opened, Target } from '../target.ts'
import { createLaneLimits, type LaneLimits } from './lane-limits.ts'
import { createLanes, type Lane, type LanesOptions, type LaneUse } from './lanes.ts'

export type LaneTargetOptions = LanesOptions & {
  readonly modernEra: ModernEra
  readonly limits: LaneLimits
  /** A session is nothing but its channel, so it ends with it; else the channel is opened anew. */
  readonly alone: boolean
}

type SessionLane = { readonly lane: Lane; readonly state: TargetState }

/**
 * A target over channels that live in this process: one per session, and one shared by all modern callers,
 * whose requests are independent by design (spec 2026-07-28, basic/index#statelessness). They are opened
 * when they are needed. The state of a session says which process has its channel; it is unknown elsewhere.
 */
export function createLaneTarget(options: LaneTargetOptions): Target {
  const { target, now } = options
  const lanes = createLanes(options)
  const limits = createLaneLimits(target, options.limits)
  const instance = randomBytes(9).toString('base64url')
  const sessions = new Map<string, SessionLane>()
  const opening = new Map<string, Promise<Lane | CallFailure>>()
  let shared: Lane | undefined

  const start = (use: LaneUse, key: string, client: Client): Lane | CallFailure => {
    const owner = identityKey(client.identity)
    const refused = limits.take(owner)
    if (refused !== undefined) return refused
    const lane = lanes.start(use, owner, client, () => {
      limits.give(owner)
      if (sessions.get(key)?.lane === lane) sessions.delete(key)
    })
    if (isFailure(lane)) limits.give(owner)
    return lane
  }

  const exchangeIn = (lane: Lane, outgoing: Outgoing, exchange: Exchange): (() => void) => {
    const { use } = lane
    const over = (): void => {
      lane.exchanges.delete(tracked)
      lane.lastUsed = now()
    }
    const tracked: Exchange = {
      // Nobody behind a pooled lane has said that it can be asked.
      message: (text, message) =>
        (use === 'session' || message.id === undefined) && exchange.message(text, message),
      answer(text, message) {
        over()
        exchange.answer(text, message)
      },
      end() {
        over()
        exchange.end()
      },
      fail(failure) {
        over()
        exchange.fail(failure)
      },
    }
    lane.lastUsed = now()
    lane.exchanges.add(tracked)
    const cancel = lane.duplex.request(outgoing, tracked)
    return () => {
      over()
      cancel()
    }
  }

  const initialize = async (
    use: LaneUse,
    key: string,
    outgoing: Outgoing,
  ): Promise<(Opened & { readonly lane: Lane }) | CallFailure> => {
    const lane = start(use, key, outgoing.client)
    if (isFailure(lane)) return lane
    const opened = await new Promise<Opened | CallFailure>(resolve => {
      exchangeIn(lane, outgoing, {
        message: () => false,
        answer: (text, message) => resolve({ text, message, id: instance }),
        end: () =>
          resolve({ kind: 'target_failed', detail: 'the server did not answer initialize' }),
        fail: resolve,
      })
    })
    if ('kind' in opened || opened.message.error !== undefined) {
      void lane.stop()
      return 'kind' in opened ? opened : { ...opened, lane }
    }
    sessions.set(key, { lane, state: readOpened(opened) })
    return { ...opened, lane }
  }

  const reopen = async (session: Session, client: Client): Promise<Lane | CallFailure> => {
    const use = session.pooled ? 'pooled' : 'session'
    const opened = await initialize(use, session.key, openingRequest(session.initialize, client))
    if ('kind' in opened) return opened
    const { error } = opened.message
    if (error !== undefined) return refusedEra(target, error)
    opened.lane.duplex.notify({
      text: '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      method: 'notifications/initialized',
      client,
    })
    return opened.lane
  }

  const laneOf = (session: Session, client: Client): Promise<Lane | CallFailure> => {
    const known = sessions.get(session.key)
    if (known !== undefined && !known.lane.gone) return Promise.resolve(known.lane)
    const state = session.targets[target]
    if (state !== undefined && (options.alone || state.id !== instance))
      return Promise.resolve(UNKNOWN_SESSION)
    let running = opening.get(session.key)
    if (running === undefined) {
      running = reopen(session, client).finally(() => opening.delete(session.key))
      opening.set(session.key, running)
    }
    return running
  }

  const tell = async (
    session: Session,
    { client }: Outgoing,
    how: (lane: Lane) => CallFailure | undefined,
  ): Promise<CallFailure | undefined> => {
    const lane = await laneOf(session, client)
    if (isFailure(lane)) return lane
    lane.lastUsed = now()
    return how(lane)
  }

  /** Runs with a lane unless the caller has given up meanwhile. */
  const withLane = (
    session: Session,
    client: Client,
    exchange: Exchange,
    run: (lane: Lane) => () => void,
  ): (() => void) => {
    let stop: () => void = () => {
      stop = NOTHING
      over = true
    }
    let over = false
    void laneOf(session, client).then(lane => {
      if (over) return
      if (isFailure(lane)) exchange.fail(lane)
      else stop = run(lane)
    })
    return () => stop()
  }

  return {
    name: target,
    modernEra: options.modernEra,
    attach: (session, client) =>
      sessions.get(session.key)?.state ??
      laneOf(session, client).then(lane =>
        isFailure(lane) ? lane : (sessions.get(session.key)?.state ?? UNKNOWN),
      ),

    modern(outgoing, exchange) {
      if (shared === undefined || shared.gone) {
        const lane = lanes.start('shared', '', undefined, () => undefined)
        if (isFailure(lane)) {
          exchange.fail(lane)
          return NOTHING
        }
        shared = lane
      }
      return exchangeIn(shared, outgoing, exchange)
    },

    initialize: (key, outgoing) => initialize('session', key, outgoing),

    request: (session, outgoing, exchange) =>
      withLane(session, outgoing.client, exchange, lane => exchangeIn(lane, outgoing, exchange)),

    notify: (session, outgoing) =>
      tell(session, outgoing, lane => {
        lane.duplex.notify(outgoing)
        return undefined
      }),

    respond: (session, outgoing) =>
      tell(session, outgoing, lane => (lane.duplex.respond(outgoing) ? undefined : NOT_ASKED)),

    listen: (session, client, _lastEventId, exchange) =>
      withLane(session, client, exchange, lane => {
        // A client that lost its stream connects again before we notice: the newer one counts.
        lane.listener?.end()
        lane.listener = exchange
        exchange.checkpoint?.(undefined, undefined)
        for (const { text, message } of lane.queue.splice(0)) exchange.message(text, message)
        return () => {
          if (lane.listener === exchange) lane.listener = undefined
          lane.lastUsed = now()
        }
      }),

    async end({ key }) {
      const known = sessions.get(key)
      sessions.delete(key)
      await known?.lane.stop()
    },

    notReady: () =>
      (options.restart?.delay() ?? 0) > 0
        ? `the server process of target ${target} keeps ending`
        : undefined,
    close: lanes.close,
  }
}

/** The lane went away while it was looked at. */
const UNKNOWN: TargetState = { id: '' }

const NOTHING = (): void => undefined

/** An answer to a question that was not asked, or not by this server in this session. */
export const NOT_ASKED: CallFailure = {
  kind: 'invalid_request',
  detail: 'the server has not asked what this answers',
}

function isFailure(value: Lane | CallFailure): value is CallFailure {
  return 'kind' in value
}
