import type { CallFailure } from './failure.ts'
import type { Session, SessionLimits } from './session.ts'

/** Counts the sessions that live, so that nobody can open them without end. */
export type SessionCount = {
  used(session: Session): void
  /** Milliseconds since 1970; undefined: never here, as far as is known. */
  lastUsed(session: Session): number | undefined
  ended(session: Session): void
  /** @param owner `identityKey` of a caller; why it cannot have another session now */
  full(owner: string): CallFailure | undefined
}

const TOTAL = 50_000
const PER_IDENTITY = 10_000

type Counted = { readonly owner: string; readonly expiresAt: number; lastUsed: number }

/**
 * Sessions that this process has seen; those of other replicas count once they are used here.
 *
 * @param forgotten told of a session that lay idle for too long and is not counted any more
 */
export function createSessionCount(
  limits: SessionLimits,
  now: () => number,
  forgotten: (key: string) => void,
): SessionCount {
  const { total = TOTAL, perIdentity = PER_IDENTITY } = limits
  const live = new Map<string, Counted>()
  const owners = new Map<string, number>()

  const remove = (key: string): void => {
    const counted = live.get(key)
    if (counted === undefined) return
    live.delete(key)
    const left = (owners.get(counted.owner) ?? 1) - 1
    if (left === 0) owners.delete(counted.owner)
    else owners.set(counted.owner, left)
  }
  /** Sessions whose clients went away without a word. */
  const sweep = (): void => {
    for (const [key, { lastUsed, expiresAt }] of live) {
      if (now() - lastUsed <= limits.idleMs && expiresAt > now()) continue
      remove(key)
      forgotten(key)
    }
  }
  const isFull = (owner: string): boolean =>
    live.size >= total || (owners.get(owner) ?? 0) >= perIdentity

  return {
    used({ key, owner, expiresAt }) {
      const counted = live.get(key)
      if (counted !== undefined) counted.lastUsed = now()
      else if (live.size < total) {
        live.set(key, { owner, expiresAt, lastUsed: now() })
        owners.set(owner, (owners.get(owner) ?? 0) + 1)
      }
    },

    lastUsed: ({ key }) => live.get(key)?.lastUsed,

    ended: ({ key }) => remove(key),

    full(owner) {
      if (!isFull(owner)) return undefined
      sweep()
      if (!isFull(owner)) return undefined
      const [limit, whose] =
        live.size >= total ? [total, 'all callers together have'] : [perIdentity, 'this caller has']
      return {
        kind: 'too_many_sessions',
        detail: `${whose} ${limit} sessions open, which is the limit; end one with DELETE`,
      }
    },
  }
}
