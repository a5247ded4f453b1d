import type { Cluster } from './cluster.ts'
import type { PolicyMember } from './effects.ts'
import type { Referrer } from './service-address.ts'

/** What stands for a section in the policies of a route: members as a file writes them. */
export type Written = Readonly<Partial<Record<PolicyMember, unknown>>>

/** What stands for a section; or the sentence, when something that it names is not there; or both, when a part is left out. */
export type Outcome =
  | Written
  | { readonly problem: string }
  | { readonly written: Written; readonly partial: string }

export type SectionContext = { readonly cluster: Cluster; readonly from: Referrer }

/** One member of `spec.traffic` or `spec.backend`. */
export type Section =
  | {
      readonly translate: (value: never, context: SectionContext) => Outcome
      readonly protects: boolean
    }
  /** Not supported; where it would protect, the targets are closed. */
  | { readonly protects: boolean }
  | { readonly outside: true }
