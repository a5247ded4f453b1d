import { randomBytes } from 'node:crypto'
import { identityKey } from '../../auth/identity.ts'
import type { Client } from '../client.ts'
import type { Outgoing } from '../connection.ts'
import { refusedEra } from '../era-mismatch.ts'
import type { CallFailure } from '../failure.ts'
import { openingRequest, readOpened } from '../handshake.ts'
import type { Session, TargetState } from '../session.ts'
import { UNKNOWN_SESSION } from '../sessions.ts'
import type { Opened } from '../target.ts'
import { exchangeOver } from './lane-exchange.ts'
import { createLaneLimits, type LaneLimits } from './lane-limits.ts'
import type { Lane, Lanes, LaneUse } from './lanes.ts'

export type SessionLanesOptions = {
  readonly target: string
  readonly limits: LaneLimits
  readonly now: () => number
  /** A session is nothing but its channel, so it ends with it; else the channel is opened anew. */
  readonly alone: boolean
}

/** The lanes of sessions: one each, in the process that opened it. */
export type SessionLanes = {
  /** Opens a lane with the client's own `initialize`. */
  initialize(key: string, outgoing: Outgoing): Promise<Opened | CallFailure>
  /** The lane of a session; opened where that is missing. */
  of(session: Session, client: Client): Promise<Lane | CallFailure>
  /** Undefined: there is no lane at the moment. */
  state(session: Session): TargetState | undefined
  end(key: string): Promise<void>
}

export function createSessionLanes(lanes: Lanes, options: SessionLanesOptions): SessionLanes {
  const { target, now } = options
  const limits = createLaneLimits(target, options.limits)
  /** Names this process in the ids of its sessions. */
  const instance = randomBytes(9).toString('base64url')
  const sessions = new Map<string, { readonly lane: Lane; readonly state: TargetState }>()
  const opening = new Map<string, Promise<Lane | CallFailure>>()

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

  const initialize = async (
    use: LaneUse,
    key: string,
    outgoing: Outgoing,
  ): Promise<(Opened & { readonly lane: Lane }) | CallFailure> => {
    const lane = start(use, key, outgoing.client)
    if (isFailure(lane)) return lane
    const opened = await new Promise<Opened | CallFailure>(resolve => {
      const silent: CallFailure = {
        kind: 'target_failed',
        detail: `target ${target} did not answer initialize`,
      }
      const exchange = {
        message: () => false,
        answer: (text: string, message: Opened['message']) =>
          resolve({ text, message, id: instance }),
        end: () => resolve(silent),
        fail: resolve,
      }
      exchangeOver(lane, outgoing, exchange, now)
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
    opened.lane.duplex.notify({ ...INITIALIZED, client })
    return opened.lane
  }

  return {
    initialize: (key, outgoing) => initialize('session', key, outgoing),

    of(session, client) {
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
    },

    state: ({ key }) => sessions.get(key)?.state,

    async end(key) {
      const known = sessions.get(key)
      sessions.delete(key)
      await known?.lane.stop()
    },
  }
}

const INITIALIZED = {
  text: '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  method: 'notifications/initialized',
}

function isFailure(value: Lane | CallFailure): value is CallFailure {
  return 'kind' in value
}
