import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import type { ClientKeySource } from './client.ts'
import type { Dependencies } from './dependencies.ts'
import { createExpiringMap } from './expiring-map.ts'

/** Public keys of clients that authenticate with `private_key_jwt`. */
export type ClientKeys = {
  /** Rejects when the keys cannot be had. `again`: the last ones did not fit. */
  get(source: ClientKeySource, again: boolean): Promise<JWTVerifyGetKey>
}

const MAX_SETS = 1_000
const KEPT_MS = 10 * 60_000
/** Between two fetches because of a key that was not there: anybody can send an unknown `kid`. */
const COOL_DOWN_MS = 30_000
const MAX_BYTES = 65_536
const TIMEOUT_MS = 5_000

export function createClientKeys({ fetch, now }: Pick<Dependencies, 'fetch' | 'now'>): ClientKeys {
  const kept = createExpiringMap<{ keys: Promise<JWTVerifyGetKey>; at: number }>(MAX_SETS, now)

  async function load(url: string): Promise<JWTVerifyGetKey> {
    const response = await fetch({
      url,
      untrusted: true,
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    })
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
    return createLocalJWKSet(JSON.parse(response.body) as JSONWebKeySet)
  }

  return {
    async get(source, again) {
      if ('jwks' in source) return createLocalJWKSet(source.jwks as JSONWebKeySet)
      const { jwksUri } = source
      const old = kept.get(jwksUri)
      if (old !== undefined && (!again || now() < old.at + COOL_DOWN_MS)) return old.keys
      const keys = load(jwksUri)
      keys.catch(() => kept.delete(jwksUri))
      kept.set(jwksUri, { keys, at: now() }, now() + KEPT_MS)
      return keys
    },
  }
}
