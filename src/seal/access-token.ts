import type { Sealer } from './seal.ts'

/**
 * What the relay hands out where the provider's own token is not bound to the resource: the seal stands
 * for the audience, and for nothing else. What is inside is verified like any token.
 */
export type SealedAccessToken = {
  /** As the provider gave it; still to be verified. */
  readonly token: string
  /** The one resource that the token was handed out for. */
  readonly resource: string
  /** The client that it was handed out to, as the relay knows it. */
  readonly client: string
  /** Of the provider, as configured. */
  readonly issuer: string
}

/** Marks a sealed access token, for the resource server and for those who search logs for secrets. */
const PREFIX = 'pcat_'

/** @param expiresAt milliseconds since 1970 */
export function sealAccessToken(
  sealer: Sealer,
  value: SealedAccessToken,
  expiresAt: number,
): string {
  return PREFIX + sealer.seal('access-token', value, expiresAt)
}

/** True for a text that says that it is one; whether it opens is another question. */
export function isSealedAccessToken(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** Undefined: not one of this gateway, altered, or past its time. */
export function openAccessToken(sealer: Sealer, text: string): SealedAccessToken | undefined {
  if (!isSealedAccessToken(text)) return undefined
  const value = sealer.open('access-token', text.slice(PREFIX.length))
  return isAccessToken(value) ? value : undefined
}

function isAccessToken(value: unknown): value is SealedAccessToken {
  if (typeof value !== 'object' || value === null) return false
  const { token, resource, client } = value as Record<string, unknown>
  return [token, resource, client].every(member => typeof member === 'string')
}
