import type { Identity } from '../auth/identity.ts'

/** Remembers what depends on nothing but an identity and a key. */
export type DecisionCache<T> = {
  get(identity: Identity, key: string, decide: () => T): T
}

/** Of all identities together; clients choose names, so there is no end to them. */
const MOST_DECISIONS = 50_000

/** Starts over when it is full. An identity that nobody holds any more takes its decisions along. */
export function createDecisionCache<T>(): DecisionCache<T> {
  let byIdentity = new WeakMap<Identity, Map<string, T>>()
  let count = 0
  return {
    get(identity, key, decide) {
      const known = byIdentity.get(identity)?.get(key)
      if (known !== undefined) return known
      const decision = decide()
      if (++count > MOST_DECISIONS) {
        byIdentity = new WeakMap()
        count = 1
      }
      const own = byIdentity.get(identity) ?? new Map<string, T>()
      byIdentity.set(identity, own.set(key, decision))
      return decision
    },
  }
}
