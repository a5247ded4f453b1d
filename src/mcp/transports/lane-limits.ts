import type { CallFailure } from '../failure.ts'

/** How many channels a target may have open for sessions. */
export type LaneLimits = { readonly total: number; readonly perIdentity: number }

/** Counts them: a process or connection per session is the costliest thing that a client can ask for. */
export function createLaneLimits(
  target: string,
  { total, perIdentity }: LaneLimits,
): { take(owner: string): CallFailure | undefined; give(owner: string): void } {
  const counts = new Map<string, number>()
  let all = 0
  return {
    take(owner) {
      const own = counts.get(owner) ?? 0
      if (all >= total || own >= perIdentity) {
        const [limit, whose] =
          own < perIdentity
            ? [total, 'all callers together have']
            : [perIdentity, 'this caller has']
        return {
          kind: 'too_many_sessions',
          detail: `target ${target} has a connection of its own per session, and ${whose} ${limit} already`,
        }
      }
      all++
      counts.set(owner, own + 1)
      return undefined
    },
    give(owner) {
      all--
      const own = (counts.get(owner) ?? 1) - 1
      if (own === 0) counts.delete(owner)
      else counts.set(owner, own)
    },
  }
}
