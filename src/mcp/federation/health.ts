import type { CallFailure } from '../failure.ts'

/**
 * Targets that did not answer a moment ago. Where a backend goes on without them, the next list need not
 * wait for them again.
 */
export type Health = {
  /** The failure that put a target down, as long as it counts. */
  down(target: string): CallFailure | undefined
  report(target: string, outcome: object): void
}

const DOWN_MS = 5_000
const DOWN: ReadonlySet<string> = new Set(['timeout', 'target_unavailable'])

/** @param skips false: nobody is ever down, since everything fails with one target */
export function createHealth(skips: boolean, now: () => number): Health {
  const down = new Map<string, { readonly failure: CallFailure; readonly until: number }>()
  return {
    down(target) {
      const entry = down.get(target)
      return entry !== undefined && entry.until > now() ? entry.failure : undefined
    },
    report(target, outcome) {
      if (!skips) return
      if ('kind' in outcome && DOWN.has(String(outcome.kind)))
        down.set(target, { failure: outcome as CallFailure, until: now() + DOWN_MS })
      else down.delete(target)
    },
  }
}
