import type { Evidence } from './evidence.ts'
import type { Problem } from './finding.ts'

/** One question to the evidence. */
export type Check = {
  /** Named by the table of clients. */
  readonly name: string
  /** What is true when nothing is wrong. */
  readonly fine: string
  /**
   * Undefined: as it has to be. `unknown`: cannot be told, because something that it builds on is missing,
   * and that is a finding of its own.
   */
  look(evidence: Evidence): Problem | 'unknown' | undefined
}
