import type { Compiled } from '../config/compile.ts'
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Resource } from '../config/resource.ts'

/** Where configuration comes from. */
export type Source = {
  /** As the operator knows it, for messages. */
  readonly name: string
  /** True: naming no port is no mistake, because one may come later. */
  readonly mayBeEmpty?: boolean
  /** What it says now. Never throws: what cannot be read is a diagnostic. */
  readonly read: () => Loaded
  /**
   * Calls back whenever `read` (or a file that it named) would give something else than at the last
   * `read`, after things have been still for a moment.
   *
   * @returns what ends the watching
   */
  readonly watch: (changed: () => void) => Promise<() => Promise<void>>
  /**
   * Told after each `read` that was put in force which ports could not be opened; nothing else suffers. Left out: such a
   * port refuses the whole configuration.
   */
  readonly portsFailed?: (failures: readonly PortFailure[]) => void
}

export type PortFailure = { readonly port: number; readonly message: string }

export type Loaded = {
  /** Empty when there are errors. */
  readonly resources: readonly Resource[]
  /** Where there are errors: what is left without them. */
  readonly remains?: readonly Resource[]
  readonly diagnostics: readonly Diagnostic[]
  /** Every file that the configuration consists of or names. */
  readonly files: readonly string[]
  /** What `compile` makes of the resources, where the source had to know. No port of them is 0. */
  readonly compiled?: Compiled
}
