import type { ProviderProfile } from '../../providers/profile.ts'
import type { BackendResource } from '../resource.ts'
import type { Report } from './report.ts'

/** What `compile` needs from outside. */
export type CompileContext = {
  /** By name in lower case; `oidc` is the one of a provider without a name, and has to be there. */
  readonly profiles: Readonly<Record<string, ProviderProfile>>
  /** The text of a file. Throws when it cannot be read. */
  readonly read: (path: string) => string
  /** True: a configuration that opens no port is one. */
  readonly mayBeEmpty?: boolean | undefined
}

/** The same with what is known of the other resources, for the parts of `compile`. */
export type Compilation = CompileContext & {
  readonly report: Report
  /** Named backends. */
  readonly backends: ReadonlyMap<string, BackendResource>
}
