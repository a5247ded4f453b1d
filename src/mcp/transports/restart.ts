/** Keeps a command that dies at once from being started over and over. */
export type Restart = {
  /** Milliseconds until the next start is allowed; 0: now. */
  delay(): number
  /** Reports the end of a process that ran for so long. */
  ended(ranMs: number): void
}

const FIRST_MS = 250
const LONGEST_MS = 30_000
/** A process that lived so long did not die of its start. */
const HEALTHY_MS = 10_000

/** Doubling pauses between starts, beginning with the second early death. */
export function createRestart(now: () => number): Restart {
  let deaths = 0
  let notBefore = 0
  return {
    delay: () => Math.max(0, notBefore - now()),
    ended(ranMs) {
      deaths = ranMs >= HEALTHY_MS ? 0 : deaths + 1
      notBefore = deaths < 2 ? 0 : now() + Math.min(LONGEST_MS, FIRST_MS * 2 ** (deaths - 2))
    },
  }
}
