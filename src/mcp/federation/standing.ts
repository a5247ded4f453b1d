import type { Client } from '../client.ts'
import type { Exchange } from '../connection.ts'
import type { CallFailure } from '../failure.ts'
import type { Session } from '../session.ts'
import type { Target } from '../target.ts'
import { announce } from './announce.ts'
import type { BoundIds, EventPlaces } from './bound-ids.ts'
import { type Members, targetNamed } from './members.ts'
import type { Outward } from './outward.ts'
import { withoutHidden } from './shown.ts'

/**
 * The stream of a session for what belongs to no request (GET): those of all targets as one, or the one
 * stream that an event id names, taken up again.
 *
 * @returns stops listening
 */
export type Stand = (
  session: Session,
  client: Client,
  lastEventId: string | undefined,
  exchange: Exchange,
) => () => void

export function createStand(members: Members, ids: BoundIds, outward: Outward): Stand {
  const { targets, plain, failClosed, health, log } = members

  /** All streams as one. An event id says how far each of them has come. */
  const merge = (
    session: Session,
    client: Client,
    places: EventPlaces['at'],
    exchange: Exchange,
  ): (() => void) => {
    const at: Record<string, string> = { ...places }
    const cancels = new Map<Target, () => void>()
    const refused = new Map<Target, CallFailure>()
    /** Whose stream stands; false: it stood and broke, so what they announced since then is lost. */
    const stands = new Map<Target, boolean>()
    let over = false
    let isOpen = false

    const seen = (target: Target, eventId: string | undefined): string | undefined => {
      if (eventId === undefined) return undefined
      at[target.name] = eventId
      return ids.bindEvent(session, { of: 'session', at })
    }
    const refuse = (target: Target, failure: CallFailure): void => {
      refused.set(target, failure)
      if (isOpen || refused.size < targets.length) return
      const failures = [...refused.values()]
      exchange.fail(failures.find(({ kind }) => kind !== 'method_not_allowed') ?? failure)
    }

    const changes = (target: Target): void =>
      announce(exchange, session.targets[target.name]?.offers)
    const stood = (target: Target): void => {
      const isBack = stands.get(target) === false
      stands.set(target, true)
      if (!isBack) return
      health.report(target.name, WELL)
      changes(target)
    }
    const broke = (target: Target): void => {
      if (stands.get(target) !== true) return
      stands.set(target, false)
      // Lists go on without it.
      if (!failClosed) changes(target)
    }

    const listen = (target: Target, attempt: number): void => {
      let retryMs = Math.min(1_000 * 2 ** attempt, LONGEST_RETRY_MS)
      const again = (): void => {
        if (over) return
        const timer = setTimeout(() => listen(target, attempt + 1), retryMs)
        cancels.set(target, () => clearTimeout(timer))
      }
      const inner: Exchange = {
        message: (text, message, eventId) =>
          exchange.message(
            outward.message(target.name, session, text, message),
            message,
            seen(target, eventId),
          ),
        checkpoint(eventId, retry) {
          if (retry !== undefined)
            retryMs = Math.min(Math.max(retry, SHORTEST_RETRY_MS), LONGEST_RETRY_MS)
          isOpen = true
          refused.delete(target)
          exchange.checkpoint?.(seen(target, eventId), retry)
          stood(target)
        },
        // Only a stream of a request has an answer.
        answer: again,
        end: again,
        fail(failure) {
          log.debug({ target: target.name, detail: failure.detail }, 'a target gives no stream')
          broke(target)
          if (FINAL.has(failure.kind)) refuse(target, failure)
          else if (isOpen || targets.length > 1) {
            refuse(target, failure)
            again()
          } else exchange.fail(failure)
        },
      }
      cancels.set(target, target.listen(session, client, at[target.name], inner))
    }

    for (const target of targets) listen(target, 0)
    return () => {
      over = true
      for (const cancel of cancels.values()) cancel()
    }
  }

  return (session, client, lastEventId, exchange) => {
    const [only] = targets
    if (plain && only !== undefined) {
      const own = outward.wrap(only.name, session, exchange)
      return only.listen(session, client, lastEventId, {
        ...own,
        answer: (text, message, eventId) =>
          own.answer(withoutHidden(members, only.name, text, message, client), message, eventId),
      })
    }
    const places = lastEventId === undefined ? undefined : ids.unbindEvent(session, lastEventId)
    if (places?.of !== 'request') return merge(session, client, places?.at ?? {}, exchange)
    const [name = '', eventId] = Object.entries(places.at)[0] ?? []
    const target = targetNamed(members, name)
    if (target === undefined) {
      exchange.fail({
        kind: 'invalid_request',
        detail: 'Last-Event-ID names a stream that is gone',
      })
      return () => undefined
    }
    return target.listen(session, client, eventId, outward.wrap(name, session, exchange))
  }
}

const WELL = Object.freeze({})

/** Between two attempts to take up the stream of a target, whatever it says. */
const SHORTEST_RETRY_MS = 250
const LONGEST_RETRY_MS = 30_000

/** Failures after which trying again changes nothing. */
const FINAL: ReadonlySet<CallFailure['kind']> = new Set([
  'method_not_allowed',
  'unknown_session',
  'unsupported_version',
  'target_refused_token',
])
