import { hash } from 'node:crypto'
import type { Identity } from './identity.ts'
import type { VerificationKey } from './key-set.ts'
import type { Keys } from './keys.ts'

export type CachedIdentity = {
  readonly identity: Identity
  /** The resource that the token was verified for; it says nothing about any other. */
  readonly resource: string
  /** Milliseconds since 1970; afterwards the token is verified again. */
  readonly until: number
  readonly key: VerificationKey
  readonly keys: Keys
}

/**
 * Tokens that were verified before. An entry counts until its time is over, until the issuer no
 * longer publishes its key, or until the cache is dropped with the policy that it was filled under.
 */
export type TokenCache = {
  /** Synchronous: one digest and one or two look-ups. */
  get(token: string, resource: string): Identity | undefined
  set(token: string, entry: CachedIdentity): void
  clear(): void
}

/**
 * Two generations instead of a list: what is used moves to the young one, and when that is full it
 * becomes the old one and the old one is forgotten. So an entry that is in use stays, as under LRU, and
 * a hit writes nothing.
 *
 * Keys are SHA-256 digests: comparing them takes no longer the more of a token somebody has guessed.
 *
 * @param capacity most entries that are kept, both generations together
 */
export function createTokenCache(capacity: number, now: () => number): TokenCache {
  const half = Math.max(1, Math.floor(capacity / 2))
  let young = new Map<string, CachedIdentity>()
  let old = new Map<string, CachedIdentity>()

  function keep(digest: string, entry: CachedIdentity): void {
    if (young.size >= half) {
      old = young
      young = new Map()
    }
    young.set(digest, entry)
  }

  return {
    get(token, resource) {
      const digest = digestOf(token)
      const recent = young.get(digest)
      const entry = recent ?? old.get(digest)
      if (entry === undefined || entry.resource !== resource) return undefined
      if (now() >= entry.until || !entry.keys.holds(entry.key)) return undefined
      if (recent === undefined) keep(digest, entry)
      return entry.identity
    },
    set: (token, entry) => keep(digestOf(token), entry),
    clear() {
      young = new Map()
      old = new Map()
    },
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64')
}
