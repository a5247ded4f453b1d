import type { Sealer } from '../seal/seal.ts'
import type { CarriedClient } from './provider-client.ts'

/** What a refresh token of the gateway's holds. It ends when the provider says so. */
export type SealedRefreshToken = {
  /** The provider's refresh token. */
  readonly o: string
  /** Digest of the client's id. */
  readonly c: string
  /** Digest of the relay. */
  readonly r: string
  /** Scopes that were granted, in the client's spelling. */
  readonly s: readonly string[]
  readonly p: CarriedClient
}

export function sealRefreshToken(sealer: Sealer, token: SealedRefreshToken): string {
  return sealer.seal('refresh-token', token)
}

export function openRefreshToken(sealer: Sealer, text: string): SealedRefreshToken | undefined {
  return sealer.open('refresh-token', text) as SealedRefreshToken | undefined
}
