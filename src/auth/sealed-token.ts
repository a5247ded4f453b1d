import type { Sealer } from '../seal/seal.ts'
import { canonicalAudience } from './audience.ts'
import { excerpt } from './excerpt.ts'
import type { AuthFailure } from './failure.ts'

/**
 * What the relay seals into an access token where the provider's own is not bound to the resource.
 * The seal stands for the audience, and for nothing else: what is inside is verified like any token.
 */
export type SealedToken = {
  /** The provider's token. */
  readonly token: string
  /** The one resource that the token was handed out for. */
  readonly resource: string
  /** The client that it was handed out to, as the relay knows it. */
  readonly client: string
}

/** What a sealed access token starts with. */
export const SEALED_PREFIX = 'pcat_'

/** Opens a sealed access token for a resource; refuses one of another gateway, resource or time. */
export function openSealedToken(
  text: string,
  sealer: Sealer,
  resource: string,
): SealedToken | AuthFailure {
  const value = sealer.open('access-token', text.slice(SEALED_PREFIX.length))
  if (!isSealedToken(value)) {
    return {
      kind: 'bad_signature',
      detail: 'the token is not one of this gateway, was altered, or has expired',
    }
  }
  if (canonicalAudience(value.resource) === canonicalAudience(resource)) return value
  return {
    kind: 'wrong_audience',
    detail: `audience is ${excerpt(value.resource)}, this resource is ${excerpt(resource)}`,
  }
}

function isSealedToken(value: unknown): value is SealedToken {
  if (typeof value !== 'object' || value === null) return false
  const { token, resource, client } = value as Record<string, unknown>
  return [token, resource, client].every(member => typeof member === 'string')
}
