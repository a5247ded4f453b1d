import { randomBytes } from 'node:crypto'
import { type Identity, identityKey } from '../auth/identity.ts'
import type { Sealer } from '../seal/seal.ts'
import { BoundedMap } from './bounded-map.ts'
import type { CallFailure } from './failure.ts'
import type { Session, SessionLimits, SessionParameters } from './session.ts'
import { createSessionCount } from './session-count.ts'

export type Sessions = {
  /** Makes the id of a new session. */
  open(
    route: string,
    identity: Identity,
    targets: Session['targets'],
    parameters: SessionParameters,
    key?: string,
  ): string
  /**
   * The session of an id, if it is ours, lives, and belongs to this route and this caller. Everything
   * else is undefined and answered alike with 404, so that ids of others cannot be told from noise.
   */
  find(id: string, route: string, identity: Identity): Session | undefined
  /** The same, without a look at how long it lay idle; counts as no use. */
  recognise(id: string, route: string, identity: Identity): Session | undefined
  /** Counts as a use. False: it lay idle in this process for too long, and is over now. */
  use(session: Session): boolean
  /** It was used, as others know, too. */
  used(session: Session): void
  /** Ends a session: final for every later request that reaches this process. */
  end(session: Session): void
  /** It ended elsewhere. */
  over(session: Session): void
  /** Why this caller cannot have another session now; undefined: it can. */
  full(identity: Identity): CallFailure | undefined
}

/** Each takes about a kilobyte, and opening its id again about as long as a call. */
const MAX_KNOWN = 4_000
const MAX_ENDED = 50_000

/**
 * Legacy sessions without storage: the id is the session, sealed (AES-256-GCM), so any replica with
 * the key serves it. What is kept here only saves work (`known`) or ends sessions early (`ended`,
 * idle times): both are bounded, and losing an entry makes a session live until its absolute end.
 */
export function createSessions(sealer: Sealer, limits: SessionLimits, now: () => number): Sessions {
  const known = new BoundedMap<string, Session>(MAX_KNOWN)
  const ended = new BoundedMap<string, true>(MAX_ENDED)
  const count = createSessionCount(limits, now, key => ended.set(key, true))
  const keys = new WeakMap<Identity, string>()
  const keyOf = (identity: Identity): string => {
    let key = keys.get(identity)
    if (key === undefined) {
      key = identityKey(identity)
      keys.set(identity, key)
    }
    return key
  }

  const over = (session: Session): void => {
    ended.set(session.key, true)
    count.ended(session)
  }

  const recognise: Sessions['recognise'] = (id, route, identity) => {
    let session = known.get(id)
    if (session === undefined) {
      session = sealer.open('session', id) as Session | undefined
      if (session === undefined) return undefined
      known.set(id, session)
    }
    if (session.expiresAt <= now() || ended.peek(session.key) !== undefined) return undefined
    return session.route === route && session.owner === keyOf(identity) ? session : undefined
  }

  const use = (session: Session): boolean => {
    const last = count.lastUsed(session)
    if (last !== undefined && now() - last > limits.idleMs) {
      over(session)
      return false
    }
    count.used(session)
    return true
  }

  return {
    open(route, identity, targets, initialize, key = newSessionKey()) {
      const session: Session = {
        key,
        route,
        owner: identityKey(identity),
        targets,
        initialize,
        expiresAt: now() + limits.maxMs,
      }
      const id = sealer.seal('session', session, session.expiresAt)
      known.set(id, session)
      count.used(session)
      return id
    },

    find(id, route, identity) {
      const session = recognise(id, route, identity)
      return session !== undefined && use(session) ? session : undefined
    },
    recognise,
    use,
    used: count.used,
    end: over,
    over,
    full: identity => count.full(identityKey(identity)),
  }
}

export function newSessionKey(): string {
  return randomBytes(12).toString('base64url')
}

/** One answer for all: unknown, expired, somebody else's, of another route. */
export const UNKNOWN_SESSION: CallFailure = {
  kind: 'unknown_session',
  detail: 'the session is not known here or has ended; initialize again',
}
