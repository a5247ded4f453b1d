import { createHash } from 'node:crypto'
import type { RegisteredClient } from '../config/snapshot.ts'
import type { ProviderClient } from './provider-client.ts'

/** An MCP client, however the gateway came to know it. */
export type Client = {
  readonly id: string
  /**
   * `registered`: at the gateway, by itself (RFC 7591); `configured`: by an operator's hand; `document`: its id is
   * the URL of its metadata.
   */
  readonly kind: 'registered' | 'configured' | 'document'
  readonly name: string
  readonly redirectUris: readonly string[]
  /** How it may authenticate; several where its metadata leaves the choice. */
  readonly methods: readonly ClientMethod[]
  /** Only `configured`; the secret of a `registered` client is computed. */
  readonly secret?: RegisteredClient['secret']
  readonly keys?: ClientKeySource
  /** Its own client at the provider, with the strategy `relay`. */
  readonly provider?: ProviderClient
}

export type ClientMethod = 'none' | 'client_secret' | 'private_key_jwt'

export type ClientKeySource = { readonly jwksUri: string } | { readonly jwks: object }

/** What a sealed client id holds; short names, because it travels in every URL. */
export type SealedClient = {
  /** Digest of the relay that it registered at. */
  readonly r: string
  readonly n: string
  readonly u: readonly string[]
  readonly m: ClientMethod
  readonly k?: string
  readonly p?: ProviderClient
}

/** Short enough for logs and rules: the id itself where it is one that people write. */
export function clientLabel({ kind, id }: Client): string {
  return kind === 'registered' ? clientDigest(id).slice(0, 22) : id
}

/** Names a client in sealed values without repeating its id, which may be long. */
export function clientDigest(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}
