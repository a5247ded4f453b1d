import { claimAt } from './claim.ts'
import type { ClaimNames } from './profile.ts'

/** What a token says about whom it is for: the first of the profile's claims that is there. */
export function audienceClaim(
  claims: Readonly<Record<string, unknown>>,
  { audience }: Pick<ClaimNames, 'audience'>,
): unknown {
  return audience.map(name => claimAt(claims, name)).find(value => value !== undefined)
}

/**
 * Whether a token is for one of the wanted audiences (RFC 7519 §4.1.3), compared as `sameAudience`
 * does. A prefix is no match.
 *
 * @param claim `aud` as the token has it: a string, an array, or anything else, which never matches
 */
export function hasAudience(claim: unknown, wanted: readonly string[]): boolean {
  const canonical = new Set(wanted.map(canonicalAudience))
  return audiencesOf(claim).some(audience => canonical.has(canonicalAudience(audience)))
}

/** The strings in `aud`. */
export function audiencesOf(claim: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  return values.filter(value => typeof value === 'string' && value !== '') as string[]
}

/**
 * Whether two identifiers name one audience, or one resource (RFC 8707): URLs without regard to one
 * trailing slash, the default port, and the case of scheme and host; everything else, the path above
 * all, byte for byte.
 */
export function sameAudience(one: string, other: string): boolean {
  return canonicalAudience(one) === canonicalAudience(other)
}

const HTTP_URL = /^(https?):\/\/([^/?#]+)(.*)$/is
const DEFAULT_PORT: Readonly<Record<string, RegExp>> = { http: /:80$/, https: /:443$/ }

/**
 * The form in which two audiences are compared. No URL parser, on purpose: it would resolve `..`,
 * percent-encodings and user names, and so let two identifiers meet that their issuer kept apart.
 */
function canonicalAudience(audience: string): string {
  const [, scheme, authority, rest] = HTTP_URL.exec(audience) ?? []
  if (scheme === undefined || authority === undefined || rest === undefined) return audience
  const name = scheme.toLowerCase()
  const host = authority.toLowerCase().replace(DEFAULT_PORT[name] ?? '', '')
  return `${name}://${host}${/^[^?#]*\/$/.test(rest) ? rest.slice(0, -1) : rest}`
}
