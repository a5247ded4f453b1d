import type { Context } from './context.ts'
import type { CarriedClient } from './provider-client.ts'
import { relayDigest } from './resource.ts'
import type { Transaction } from './transaction.ts'

/** What an authorization code of the gateway's holds; short names, because it travels in a URL. */
export type SealedCode = {
  /** The provider's code. */
  readonly o: string
  /** Digest of the client's id. */
  readonly c: string
  readonly u: string
  /** PKCE challenge of the client. */
  readonly h: string
  /** Digest of the relay. */
  readonly r: string
  readonly s: readonly string[]
  /** PKCE verifier of the gateway. */
  readonly v: string
  readonly p: CarriedClient
}

/** RFC 6749 §4.1.2 recommends ten minutes at most; clients redeem within seconds. */
export const CODE_LIFE_MS = 60_000

export function sealCode(
  { relay, sealer, now }: Context,
  transaction: Transaction,
  code: string,
): string {
  const { client, redirectUri, challenge, resource, scopes, verifier, provider } = transaction
  const sealed: SealedCode = {
    o: code,
    c: client,
    u: redirectUri,
    h: challenge,
    r: relayDigest(relay.issuer, resource),
    s: scopes,
    v: verifier,
    p: provider,
  }
  return sealer.seal('code', sealed, now() + CODE_LIFE_MS)
}
