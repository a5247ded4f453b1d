import { isRedirectPattern } from '../config/redirect-pattern.ts'

/** Longest redirect URI and most of them that a client may register: its id, sealed, holds them all. */
const MAX_LENGTH = 1000
const MAX_URIS = 20
const MAX_TOTAL = 3000

/** Schemes that a browser or a system acts upon by itself, so that they can be no app's own. */
const foreignSchemes: ReadonlySet<string> = new Set(
  `javascript data vbscript file blob filesystem about view-source chrome resource jar intent content
   ftp ftps sftp ws wss mailto tel sms urn ssh telnet ldap gopher smb search-ms ms-msdt ms-settings`
    .split(/\s+/)
    .filter(Boolean),
)

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Why a redirect URI cannot be registered, or undefined. Allowed are https, http on the loopback
 * interface (RFC 8252 §7.3; `localhost` too, because most clients use it) and private-use schemes (§7.1;
 * without its rule that they contain a dot, which `cursor://` and others break).
 */
export function redirectUriProblem(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri === '') return 'it is not a text'
  if (uri.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`
  if (/[^\x21-\x7e]/.test(uri) || /[\\"<>^`{|}]/.test(uri)) {
    return 'it holds characters that a URI cannot hold'
  }
  if (uri.includes('*')) return 'wildcards are not allowed'
  if (uri.includes('#')) return 'fragments are not allowed (RFC 6749 section 3.1.2)'
  if (!URL.canParse(uri)) return 'it is not an absolute URI'
  const { protocol, hostname, username, password } = new URL(uri)
  if (username !== '' || password !== '') return 'user names are not allowed'
  if (protocol === 'https:') return undefined
  if (protocol === 'http:') {
    return LOOPBACK.has(hostname)
      ? undefined
      : 'http is allowed for localhost, 127.0.0.1 and [::1] only'
  }
  const scheme = protocol.slice(0, -1)
  return foreignSchemes.has(scheme) ? `the scheme ${scheme} belongs to no app` : undefined
}

/** Why a set of redirect URIs cannot be registered, or undefined. */
export function redirectUrisProblem(uris: unknown): string | undefined {
  if (!Array.isArray(uris) || uris.length === 0) return 'redirect_uris is missing or empty'
  if (uris.length > MAX_URIS) return `more than ${MAX_URIS} redirect URIs`
  for (const uri of uris) {
    const problem = redirectUriProblem(uri)
    if (problem !== undefined) return `${JSON.stringify(uri)}: ${problem}`
  }
  if (uris.join('').length > MAX_TOTAL) return `redirect URIs of more than ${MAX_TOTAL} characters`
  return undefined
}

/**
 * Whether a requested redirect URI is the registered one: the same text, or both on the same loopback
 * host with the same path and query, whatever the port (RFC 8252 §7.3).
 */
export function sameRedirectUri(registered: string, requested: string): boolean {
  if (registered === requested) return true
  if (!isLoopback(registered) || redirectUriProblem(requested) !== undefined) return false
  return withoutPort(registered) === withoutPort(requested)
}

/** http on the loopback interface: the redirect stays on the user's machine. */
export function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri)) return false
  const { protocol, hostname } = new URL(uri)
  return protocol === 'http:' && LOOPBACK.has(hostname)
}

/** What a person can recognise: the host, or the scheme of an app. */
export function redirectTarget(uri: string): string {
  const { protocol, host } = new URL(uri)
  return protocol === 'https:' || protocol === 'http:' ? host : `the app that opens ${protocol}//`
}

/** Whether a configured pattern allows a redirect URI; one that is none allows nothing. */
export function allowsRedirect(pattern: string, uri: string): boolean {
  if (!pattern.endsWith('*')) return sameRedirectUri(pattern, uri)
  // Dots in the path are resolved as the browser will, before the prefix is looked for.
  return isRedirectPattern(pattern) && new URL(uri).href.startsWith(pattern.slice(0, -1))
}

function withoutPort(uri: string): string {
  const url = new URL(uri)
  url.port = ''
  return url.href
}
