import type { TokenIssuer } from '../config/snapshot.ts'
import type { Log } from '../observe/log.ts'
import { createProviderMetadata, type ProviderMetadata } from '../providers/discovery.ts'
import type { Fetch } from '../providers/fetch.ts'
import type { ProviderProfile } from '../providers/profile.ts'
import { createWarnedMetadata } from '../providers/warned-metadata.ts'
import { createIntrospector, type Introspector } from './introspection.ts'
import { createKeyLoader } from './key-loader.ts'
import { createKeys, type Keys } from './keys.ts'

/** One of the issuers whose tokens are taken, with what it takes to check them. */
export type TrustedIssuer = {
  readonly issuer: TokenIssuer
  readonly keys: Keys
  /** For tokens that only the issuer can read; undefined: they are refused. */
  readonly introspector: Introspector | undefined
  /** What keeps tokens from being checked, or undefined. */
  problem(): string | undefined
  /** Fetches the keys, where any are needed. Never rejects. */
  refresh(): Promise<void>
}

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

/**
 * An issuer of the configuration with the means to check its tokens. Fetches nothing yet.
 *
 * @param direct true where clients talk to the provider themselves: what will break is said in the log
 */
export function trustedIssuer(
  issuer: TokenIssuer,
  direct: boolean,
  deps: TrustedIssuerDeps,
): TrustedIssuer {
  const { issuer: name, profile } = issuer
  const plain = deps.metadata?.(name, profile) ?? createProviderMetadata(name, profile, deps)
  const use = { relay: false, registered: false }
  let unread = direct && hasUnreadMetadata(issuer)
  const metadata = direct ? createWarnedMetadata(plain, name, profile, use, deps.log) : plain
  const keys = createKeys(name, createKeyLoader(issuer, { ...deps, metadata }), {
    ...deps,
    fetched(outcome) {
      deps.metrics.keySetFetch(name, outcome)
      // Nobody else reads it where the keys have a URL of their own, and clients will.
      if (!unread || outcome === 'failed') return
      unread = false
      metadata.get().catch(() => undefined)
    },
  })
  const introspector =
    issuer.introspection && createIntrospector(issuer, issuer.introspection, { ...deps, metadata })
  // Where no token is signed no key is wanted: GitHub publishes none.
  const signed = profile.tokens.kind === 'jwt'
  return {
    issuer,
    keys,
    introspector,
    problem: () => (signed ? keys.problem() : undefined) ?? introspector?.problem(),
    refresh: async () => {
      if (signed) await keys.refresh()
    },
  }
}

function hasUnreadMetadata({ issuer, keys }: TokenIssuer): boolean {
  return keys.kind === 'url' && /^https?:\/\//i.test(issuer) && URL.canParse(issuer)
}
