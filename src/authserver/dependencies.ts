import type { Log } from '../observe/log.ts'
import type { ProviderMetadata } from '../providers/discovery.ts'
import type { Fetch } from '../providers/fetch.ts'
import type { Sealer } from '../seal/seal.ts'
import type { AnswerBoard } from './shared-refreshes.ts'
import type { SharedMarks } from './single-use.ts'

/** What the relay needs from outside. */
export type Dependencies = {
  readonly fetch: Fetch
  readonly sealer: Sealer
  /** Milliseconds since 1970. */
  now(): number
  readonly log: Pick<Log, 'debug' | 'info' | 'warn' | 'error'>
  readonly metadata: ProviderMetadata
  /** What the resource server accepts in `aud`; empty: the resource. */
  readonly audiences: readonly string[]
  /** What replicas tell each other; undefined: each is on its own. */
  readonly shared?: { readonly marks: SharedMarks; readonly answers: AnswerBoard } | undefined
  /** Called with an access token that was revoked, as the client holds it. */
  forget?(token: string): void
}
