/**
 * Whether a token is for one of the wanted audiences (RFC 7519 §4.1.3). URLs are compared without
 * regard to one trailing slash, the default port, and the case of scheme and host; everything else,
 * the path above all, byte for byte. A prefix is no match.
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

const HTTP_URL = /^(https?):\/\/([^/?#]+)(.*)$/is
const DEFAULT_PORT: Readonly<Record<string, RegExp>> = { http: /:80$/, https: /:443$/ }

/**
 * The form in which two audiences are compared. No URL parser, on purpose: it would resolve `..`,
 * percent-encodings and user names, and so let two identifiers meet that their issuer kept apart.
 */
export function canonicalAudience(audience: string): string {
  const [, scheme, authority, rest] = HTTP_URL.exec(audience) ?? []
  if (scheme === undefined || authority === undefined || rest === undefined) return audience
  const name = scheme.toLowerCase()
  const host = authority.toLowerCase().replace(DEFAULT_PORT[name] ?? '', '')
  return `${name}://${host}${/^[^?#]*\/$/.test(rest) ? rest.slice(0, -1) : rest}`
}
