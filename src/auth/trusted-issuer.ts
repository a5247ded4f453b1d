import type { TokenIssuer } from '../config/snapshot.ts'
import type { Log } from '../observe/log.ts'
import { createProviderMetadata, type ProviderMetadata } from '../providers/discovery.ts'
import type { Fetch } from '../providers/fetch.ts'
import type { ProviderProfile } from '../providers/profile.ts'
import { createKeyLoader } from './key-loader.ts'
import { createKeys, type Keys } from './keys.ts'

/** One of the issuers whose tokens are taken, with its keys. */
export type TrustedIssuer = { readonly issuer: TokenIssuer; readonly keys: Keys }

export type TrustedIssuerDeps = {
  readonly fetch: Fetch
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Log
  readonly metrics: {
    /** Once per attempt to get a key set. */
    keySetFetch(issuer: string, outcome: 'ok' | 'failed'): void
  }
  /** Metadata of a provider, where somebody else reads it as well; made here unless given. */
  readonly metadata?: (issuer: string, profile: ProviderProfile) => ProviderMetadata
}

/** An issuer of the configuration with the means to check its tokens. Fetches nothing yet. */
export function trustedIssuer(issuer: TokenIssuer, deps: TrustedIssuerDeps): TrustedIssuer {
  const { issuer: name, profile } = issuer
  const metadata = deps.metadata?.(name, profile) ?? createProviderMetadata(name, profile, deps)
  const keys = createKeys(name, createKeyLoader(issuer, { ...deps, metadata }), {
    ...deps,
    fetched: outcome => deps.metrics.keySetFetch(name, outcome),
  })
  return { issuer, keys }
}
