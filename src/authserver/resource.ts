import { createHash } from 'node:crypto'
import { sameAudience } from '../providers/audience.ts'
import { type OAuthError, oauthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'

/**
 * Names a relay in sealed values: what was sealed for one resource and provider is worth nothing at another, and
 * nothing either once the operator has changed the provider.
 */
export function relayDigest(provider: string, resource: string): string {
  return createHash('sha256')
    .update(JSON.stringify([provider, resource]))
    .digest('base64url')
    .slice(0, 22)
}

/** RFC 8707 §2: another resource is `invalid_target`; none at all stands for this one. */
export function resourceError(parameters: Parameters, resource: string): OAuthError | undefined {
  const other = parameters.all('resource').find(value => !sameAudience(value, resource))
  return other === undefined
    ? undefined
    : oauthError('invalid_target', `resource is ${other}; tokens are given for ${resource} here`)
}

/**
 * Claims of a JSON Web Token that came over the gateway's own connection to the provider, unverified; undefined
 * for a token that nobody but its maker can read.
 */
export function readableClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString())
    return typeof claims === 'object' && claims !== null
      ? (claims as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
