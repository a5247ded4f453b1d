import { createHash } from 'node:crypto'
import type { ProviderProfile } from '../providers/profile.ts'
import { type OAuthError, oauthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'

/**
 * Whether two identifiers name one resource: without regard to a trailing slash, the default port and
 * the case of scheme and host; byte for byte otherwise.
 */
export function sameResource(one: string, other: string): boolean {
  return canonical(one) === canonical(other)
}

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
  const other = parameters.all('resource').find(value => !sameResource(value, resource))
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

/** Whether the token is meant for one of the audiences that the resource server accepts. */
export function isMeantFor(
  profile: ProviderProfile,
  claims: Readonly<Record<string, unknown>>,
  audiences: readonly string[],
): boolean {
  const name = profile.claims.audience.find(claim => claims[claim] !== undefined)
  const value = name === undefined ? undefined : claims[name]
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.some(
    audience =>
      typeof audience === 'string' && audiences.some(wanted => sameResource(wanted, audience)),
  )
}

const HTTP_URL = /^(https?):\/\/([^/?#]+)(.*)$/is

/** No URL parser: it would resolve dots and escapes, and so make two names one. */
function canonical(identifier: string): string {
  const [, scheme = '', authority = '', rest = ''] = HTTP_URL.exec(identifier) ?? []
  if (authority === '') return identifier
  const name = scheme.toLowerCase()
  const host = authority.toLowerCase().replace(name === 'https' ? /:443$/ : /:80$/, '')
  return `${name}://${host}${rest.endsWith('/') ? rest.slice(0, -1) : rest}`
}
