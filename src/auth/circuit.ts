/** Keeps a server that is down from being asked for every request, and its callers from waiting for it. */
export type Circuit = {
  /** True when a request may be made now: always while it works, one at a time while it does not. */
  lets(): boolean
  worked(): void
  failed(): void
  readonly open: boolean
}

/** Failures in a row after which nobody is let through. */
const LIMIT = 5
/** How long nobody is, and how long one attempt may take before another is made. */
const REST_MS = 5_000

/** @param now milliseconds since 1970 */
export function createCircuit(now: () => number): Circuit {
  let failures = 0
  let restsUntil = 0
  return {
    lets() {
      if (failures < LIMIT) return true
      if (now() < restsUntil) return false
      restsUntil = now() + REST_MS
      return true
    },
    worked() {
      failures = 0
    },
    failed() {
      failures++
      restsUntil = now() + REST_MS
    },
    get open() {
      return failures >= LIMIT
    },
  }
}
