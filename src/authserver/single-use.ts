import { createExpiringMap } from './expiring-map.ts'

/** Values that count once: authorization codes (RFC 6749 §4.1.2), ids of client assertions (RFC 7523 §3). */
export type SingleUse = {
  /**
   * Takes a value. False: it was taken before. Of two who come at the same time only one gets true.
   *
   * @param lifeMs how long it has to be remembered
   */
  claim(value: string, lifeMs: number): Promise<boolean>
  /** It was not used after all. */
  release(value: string): Promise<void>
}

/** The same for all replicas; both reject where nobody can be asked. */
export type SharedMarks = SingleUse

/** Values that are remembered, of one kind. */
const MAX_USED = 100_000

/**
 * @param kind tells the values from those of other kinds
 * @param shared asked after this process; while it cannot be, each replica goes by what it has seen itself
 */
export function createSingleUse(
  kind: string,
  now: () => number,
  shared: SharedMarks | undefined,
): SingleUse {
  const used = createExpiringMap<true>(MAX_USED, now)
  return {
    async claim(value, lifeMs) {
      if (used.get(value) !== undefined) return false
      used.set(value, true, now() + lifeMs)
      return (await shared?.claim(`${kind}:${value}`, lifeMs).catch(() => true)) ?? true
    },
    async release(value) {
      used.delete(value)
      await shared?.release(`${kind}:${value}`).catch(() => undefined)
    },
  }
}
