import { createExpiringMap } from './expiring-map.ts'
import type { SharedRefreshes } from './shared-refreshes.ts'

/**
 * Runs one refresh per token at a time: who comes while it runs, or within the grace after it went well,
 * gets the same answer. A second use of a rotated refresh token ends the whole session at Keycloak and
 * others, and clients do refresh in parallel, or again when an answer was lost.
 */
export type Refreshes = {
  /** @param good whether the answer may be given again */
  run<Answer>(
    key: string,
    refresh: () => Promise<Answer>,
    good: (answer: Answer) => boolean,
  ): Promise<Answer>
}

const GRACE_MS = 10_000
/** Longer than the deadline of any request to the provider. */
const RUNNING_MS = 60_000
const MAX_TOKENS = 10_000

/** @param shared lets replicas know of each other's refreshes; undefined: they do not */
export function createRefreshes(now: () => number, shared: SharedRefreshes | undefined): Refreshes {
  const flights = createExpiringMap<Promise<unknown>>(MAX_TOKENS, now)
  return {
    async run<Answer>(
      key: string,
      refresh: () => Promise<Answer>,
      good: (answer: Answer) => boolean,
    ): Promise<Answer> {
      const known = flights.get(key) as Promise<Answer> | undefined
      if (known !== undefined) return known
      const flight = shared?.(key, refresh, good, GRACE_MS) ?? refresh()
      flights.set(key, flight, now() + RUNNING_MS)
      try {
        const answer = await flight
        if (good(answer)) flights.set(key, flight, now() + GRACE_MS)
        else flights.delete(key)
        return answer
      } catch (error) {
        flights.delete(key)
        throw error
      }
    },
  }
}
