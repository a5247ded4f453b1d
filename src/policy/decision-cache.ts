import type { Identity } from '../auth/identity.ts'

/** Remembers what depends on nothing but an identity and some texts. */
export type DecisionCache<T> = {
  /** @param path the same number of texts for every decision */
  get(identity: Identity, path: readonly string[], decide: () => T): T
}

/** Of all identities together; clients choose names, so there is no end to them. */
const MOST_DECISIONS = 50_000

/** A map for each text: joining them to one key would cost more than the look-ups. */
type Branch<T> = { below: Map<string, Branch<T>> | undefined; decision: T | undefined }

/** Starts over when it is full. An identity that nobody holds any more takes its decisions along. */
export function createDecisionCache<T>(): DecisionCache<T> {
  let byIdentity = new WeakMap<Identity, Branch<T>>()
  let count = 0

  function find(identity: Identity, path: readonly string[]): Branch<T> | undefined {
    let found = byIdentity.get(identity)
    for (const text of path) found = found?.below?.get(text)
    return found
  }

  function keep(identity: Identity, path: readonly string[], decision: T): void {
    if (++count > MOST_DECISIONS) {
      byIdentity = new WeakMap()
      count = 1
    }
    let at = byIdentity.get(identity) ?? { below: undefined, decision: undefined }
    byIdentity.set(identity, at)
    for (const text of path) {
      at.below ??= new Map()
      const next = at.below.get(text) ?? { below: undefined, decision: undefined }
      at.below.set(text, next)
      at = next
    }
    at.decision = decision
  }

  return {
    get(identity, path, decide) {
      const known = find(identity, path)?.decision
      if (known !== undefined) return known
      const decision = decide()
      keep(identity, path, decision)
      return decision
    },
  }
}
