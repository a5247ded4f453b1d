import { hash } from 'node:crypto'

/** What is known about a token. */
export type CachedToken<Value> = {
  readonly value: Value
  /** The resource that the token was verified for; it says nothing about any other. */
  readonly resource: string
  /** Milliseconds since 1970; afterwards the token is verified again. */
  readonly until: number
  /** False: what it rests on has gone, such as the key of the issuer. */
  holds(): boolean
}

/**
 * Tokens that were looked at before. An entry counts until its time is over, until what it rests on
 * has gone, or until the cache is dropped with the policy that it was filled under.
 */
export type TokenCache<Value> = {
  /**
   * Synchronous: one digest, unless the connection sent the same token before, and one or two look-ups.
   *
   * @param connection that the token came over; undefined: nothing is remembered of it
   */
  get(token: string, resource: string, connection?: object): Value | undefined
  set(token: string, entry: CachedToken<Value>): void
  delete(token: string): void
  clear(): void
}

/**
 * Two generations instead of a list: what is used moves to the young one, and when that is full it
 * becomes the old one and the old one is forgotten. So an entry that is in use stays, as under LRU, and
 * a hit writes nothing.
 *
 * Keys are SHA-256 digests: comparing them takes no longer the more of a token somebody has guessed. A digest costs more
 * than all the rest of a look-up (3.5 us), and clients send one token over a connection again and again: so the last
 * one of each connection is remembered with its digest. That comparison tells an attacker about tokens that came over
 * the same connection, which are their own.
 *
 * @param capacity most entries that are kept, both generations together
 */
export function createTokenCache<Value>(capacity: number, now: () => number): TokenCache<Value> {
  const half = Math.max(1, Math.floor(capacity / 2))
  let young = new Map<string, CachedToken<Value>>()
  let old = new Map<string, CachedToken<Value>>()
  const last = new WeakMap<object, { readonly token: string; readonly digest: string }>()

  function digestOver(connection: object, token: string): string {
    const known = last.get(connection)
    if (known?.token === token) return known.digest
    const digest = digestOf(token)
    last.set(connection, { token, digest })
    return digest
  }

  function keep(digest: string, entry: CachedToken<Value>): void {
    if (young.size >= half) {
      old = young
      young = new Map()
    }
    young.set(digest, entry)
  }

  return {
    get(token, resource, connection) {
      const digest = connection === undefined ? digestOf(token) : digestOver(connection, token)
      const recent = young.get(digest)
      const entry = recent ?? old.get(digest)
      if (entry === undefined || entry.resource !== resource) return undefined
      if (now() >= entry.until || !entry.holds()) return undefined
      if (recent === undefined) keep(digest, entry)
      return entry.value
    },
    set: (token, entry) => keep(digestOf(token), entry),
    delete(token) {
      const digest = digestOf(token)
      young.delete(digest)
      old.delete(digest)
    },
    clear() {
      young = new Map()
      old = new Map()
    },
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64')
}
