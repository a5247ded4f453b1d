import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApiKey } from '../config/snapshot.ts'
import { oidc } from '../providers/oidc.ts'
import { identityOf } from './claims.ts'
import type { Identity } from './identity.ts'

/** Who holds a key; undefined: nobody does. */
export type ApiKeyLookup = (key: string) => Identity | undefined

/** What stands for the issuer of an identity that has no token. */
const ISSUER = 'api-key'

/**
 * Only hashes are compared, all of them and in constant time, so the time tells nothing. A holder has one
 * identity for as long as the configuration stays.
 */
export function createApiKeyLookup(keys: readonly ApiKey[]): ApiKeyLookup {
  const known = keys.map(key => ({ hash: Buffer.from(key.hash, 'hex'), key }))
  const identities = new Map<ApiKey, Identity>()
  return text => {
    const hash = createHash('sha256').update(text).digest()
    let found: ApiKey | undefined
    for (const one of known) if (timingSafeEqual(one.hash, hash)) found = one.key
    if (found === undefined) return undefined
    const identity = identities.get(found) ?? identityOfKey(found, text)
    identities.set(found, identity)
    return identity
  }
}

/** Metadata counts as claims; without a subject there, the hash of the key tells holders apart. */
function identityOfKey({ hash, metadata }: ApiKey, text: string): Identity {
  const claims = { sub: `key:${hash.slice(0, 12)}`, ...metadata, iss: ISSUER }
  return Object.freeze({ ...identityOf(claims, oidc.claims, text), credential: 'apiKey' })
}
