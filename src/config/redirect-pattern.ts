/**
 * Whether a pattern of redirect URIs says clearly which it allows: a redirect URI itself, or a prefix with `*` at its
 * end and nowhere else, which holds the whole host (`https://claude.ai/*`), ends where the port of a loopback host
 * begins (`http://localhost:*`), or has the scheme of an app (`cursor://*`).
 */
export function isRedirectPattern(pattern: string): boolean {
  if (!pattern.endsWith('*')) return URL.canParse(pattern) && !/[*#]/.test(pattern)
  const prefix = pattern.slice(0, -1)
  if (prefix.includes('*')) return false
  return /^https?:/.test(prefix)
    ? /^https?:\/\/[^/?#]+\//.test(prefix) ||
        /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):$/.test(prefix)
    : /^[a-z][a-z0-9+.-]*:/.test(prefix)
}
