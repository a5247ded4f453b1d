import type { Sealer } from '../../seal/seal.ts'
import type { Session } from '../session.ts'

/**
 * What a target says and a client gives back later: ids of the server's requests, progress tokens of
 * theirs, ids of events. They carry their target and are bound to the session, so that any replica finds the
 * way back, and what another session gives back goes nowhere.
 */
export type BoundIds = {
  /** JSON text of an id or token for the client; the same each time, because notifications repeat it. */
  bind(session: Session, target: string, raw: string): string
  /** @param value as the client gave it back, parsed */
  unbind(session: Session, value: unknown): { target: string; raw: string } | undefined
  /** Id of an event that stands for a place in the streams of some targets. */
  bindEvent(session: Session, places: EventPlaces): string
  unbindEvent(session: Session, eventId: string): EventPlaces | undefined
}

export type EventPlaces = {
  /** The stream of one request, or the one for everything else, which all targets feed. */
  readonly of: 'request' | 'session'
  /** Event id by target: what was seen last of each. */
  readonly at: Readonly<Record<string, string>>
}

export function createBoundIds(sealer: Sealer): BoundIds {
  const digested = (session: Session, target: string, raw: string): string =>
    JSON.stringify([session.key, target, raw])
  return {
    bind(session, target, raw) {
      const mac = sealer.mac('server-request', digested(session, target, raw))
      return JSON.stringify(`${target}/${raw}/${mac}`)
    },

    unbind(session, value) {
      if (typeof value !== 'string') return undefined
      const first = value.indexOf('/')
      const last = value.lastIndexOf('/')
      if (first === -1 || first === last) return undefined
      const target = value.slice(0, first)
      const raw = value.slice(first + 1, last)
      const isOurs = sealer.verifyMac(
        'server-request',
        digested(session, target, raw),
        value.slice(last + 1),
      )
      return isOurs ? { target, raw } : undefined
    },

    bindEvent: ({ key }, { of, at }) => sealer.seal('event-id', [key, of, at]),

    unbindEvent(session, eventId) {
      const opened = sealer.open('event-id', eventId)
      if (!Array.isArray(opened) || opened[0] !== session.key) return undefined
      const [, of, at] = opened as [string, EventPlaces['of'], EventPlaces['at']]
      return { of, at }
    },
  }
}
