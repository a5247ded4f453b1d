import type { Client } from '../client.ts'
import type { Exchange, Outgoing } from '../connection.ts'
import type { CallFailure } from '../failure.ts'
import type { Session, TargetState } from '../session.ts'
import type { ModernEra, Target } from '../target.ts'
import { exchangeOver } from './lane-exchange.ts'
import { createLanes, type Lane, type LanesOptions } from './lanes.ts'
import { createSessionLanes, type SessionLanesOptions } from './session-lanes.ts'

export type LaneTargetOptions = LanesOptions &
  SessionLanesOptions & { readonly modernEra: ModernEra }

/**
 * A target over channels that live in this process: one per session, and one shared by all modern callers,
 * whose requests are independent by design (spec 2026-07-28, basic/index#statelessness). They are opened
 * when they are needed. The state of a session says which process has its channel; it is unknown elsewhere.
 */
export function createLaneTarget(options: LaneTargetOptions): Target {
  const { target, now } = options
  const lanes = createLanes(options)
  const sessions = createSessionLanes(lanes, options)
  let shared: Lane | undefined

  const tell = async (
    session: Session,
    { client }: Outgoing,
    how: (lane: Lane) => CallFailure | undefined,
  ): Promise<CallFailure | undefined> => {
    const lane = await sessions.of(session, client)
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
    let over = false
    let stop = NOTHING
    void sessions.of(session, client).then(lane => {
      if (over) return
      if (isFailure(lane)) exchange.fail(lane)
      else stop = run(lane)
    })
    return () => {
      over = true
      stop()
    }
  }

  return {
    name: target,
    modernEra: options.modernEra,
    attach: (session, client) =>
      sessions.state(session) ??
      sessions
        .of(session, client)
        .then(lane => (isFailure(lane) ? lane : (sessions.state(session) ?? GONE))),

    modern(outgoing, exchange) {
      if (shared === undefined || shared.gone) {
        const lane = lanes.start('shared', '', undefined, () => undefined)
        if (isFailure(lane)) {
          exchange.fail(lane)
          return NOTHING
        }
        shared = lane
      }
      return exchangeOver(shared, outgoing, exchange, now)
    },

    initialize: sessions.initialize,

    request: (session, outgoing, exchange) =>
      withLane(session, outgoing.client, exchange, lane =>
        exchangeOver(lane, outgoing, exchange, now),
      ),

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

    end: ({ key }) => sessions.end(key),

    notReady: () =>
      (options.restart?.delay() ?? 0) > 0
        ? `the server process of target ${target} keeps ending`
        : undefined,
    close: lanes.close,
  }
}

const NOTHING = (): void => undefined

/** The lane went away while it was looked at: what it offers is for the next one to say. */
const GONE: TargetState = { id: '' }

/** An answer to a question that was not asked, or not by this server in this session. */
const NOT_ASKED: CallFailure = {
  kind: 'invalid_request',
  detail: 'the server has not asked what this answers',
}

function isFailure(value: Lane | CallFailure): value is CallFailure {
  return 'kind' in value
}
