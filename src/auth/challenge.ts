/** What a challenge says: where to get a token, for which scopes, and what was wrong with this one. */
export type Challenge = {
  /** URL of the protected resource metadata (RFC 9728 §5.1); undefined: clients are not to know of it. */
  readonly resourceMetadata: string | undefined
  /** Scopes that the request needs. `offline_access` is left out: a resource needs no refresh token. */
  readonly scopes: readonly string[]
  readonly realm?: string | undefined
  /** Why the request is refused; undefined: it brought nothing that could be wrong. */
  readonly failure?: { readonly kind: string; readonly detail: string } | undefined
}

const MAX_DESCRIPTION = 120

/** RFC 6750 §3.1; every other kind is `invalid_token`. Null: nothing is known to be wrong. */
const codes: ReadonlyMap<string, string | null> = new Map([
  ['missing_token', null],
  ['keys_unavailable', null],
  ['token_needed', null],
  ['malformed_request', 'invalid_request'],
  ['insufficient_scope', 'insufficient_scope'],
])

/**
 * The value of `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1). Whatever was configured or claimed,
 * every value stays inside its quotes and within the characters that RFC 6750 allows.
 *
 * What machines read comes first, because clients search for a name from the left.
 */
export function challenge({ resourceMetadata, scopes, realm, failure }: Challenge): string {
  const parameters =
    resourceMetadata === undefined ? [] : [`resource_metadata="${uri(resourceMetadata)}"`]
  const scope = scopeList(scopes)
  if (scope !== '') parameters.push(`scope="${scope}"`)
  if (realm !== undefined) parameters.push(`realm="${description(realm)}"`)
  const code = codes.get(failure?.kind ?? 'missing_token')
  if (failure !== undefined && code !== null) {
    const error = code ?? 'invalid_token'
    parameters.push(`error="${error}"`, `error_description="${description(failure.detail)}"`)
  }
  // RFC 6750 §3: the scheme alone is not enough.
  return `Bearer ${parameters.length === 0 ? 'realm="portcullis"' : parameters.join(', ')}`
}

/** Scopes that RFC 6749 §3.3 can write, each once. */
function scopeList(scopes: readonly string[]): string {
  const writable = scopes.filter(
    scope => scope !== 'offline_access' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope),
  )
  return [...new Set(writable)].join(' ')
}

/** A URL is never cut; what cannot stand in quotes is percent-encoded. */
function uri(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(
      /[^\x21\x23-\x5b\x5d-\x7e]/g,
      char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
}

/** The sentence in the characters of RFC 6750 §3: `"` and `\` have harmless look-alikes. */
function description(detail: string): string {
  const plain = detail
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]+/g, '?')
  return shorten(plain, MAX_DESCRIPTION)
}

/**
 * Fits a sentence into `max` characters by taking the middle out of its longest words, which are the
 * URLs, so that what was got and what was wanted both stay recognisable.
 */
function shorten(text: string, max: number): string {
  if (text.length <= max) return text
  const words = text.split(' ')
  for (let limit = max; limit >= 16; limit--) {
    const short = words.map(word => elide(word, limit)).join(' ')
    if (short.length <= max) return short
  }
  return `${text.slice(0, max - 3)}...`
}

function elide(word: string, limit: number): string {
  if (word.length <= limit) return word
  const end = Math.floor((limit - 3) / 2)
  return `${word.slice(0, limit - 3 - end)}...${word.slice(-end)}`
}
