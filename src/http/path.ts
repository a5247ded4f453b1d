const dotSegment = /\/\.{1,2}(?:\/|$)/
const escaped = /%([0-9A-Fa-f]{2})/g
const unreserved = /[A-Za-z0-9._~-]/

/**
 * The normal form of a path (RFC 3986 §6.2.2): escapes of unreserved characters decoded, hex digits in
 * upper case, dot segments resolved. Everything that could mean something else to somebody stays: `//`,
 * `%2F`, `;`, `\`, the case of letters. Routes are matched on this form and it is what backends get, so that
 * both speak of the same path. In: a path that starts with `/`, without query. `*` stays `*`.
 */
export function normalPath(path: string): string {
  const decoded = path.includes('%') ? path.replace(escaped, normalEscape) : path
  return decoded.includes('/.') && dotSegment.test(decoded) ? resolveDots(decoded) : decoded
}

function normalEscape(whole: string, hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16))
  return unreserved.test(character) ? character : whole.toUpperCase()
}

function resolveDots(path: string): string {
  const segments = path.split('/').slice(1)
  const kept: string[] = []
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if (index === segments.length - 1 && (segment === '.' || segment === '..')) kept.push('')
  }
  return `/${kept.join('/')}`
}

const ambiguous = /[;\\]|%2F|%5C|\/\//

/**
 * How a careless server might read a normal path: `%2F`, `%5C` and `\` as `/`, without `;parameters`, with
 * runs of slashes as one, dot segments resolved after all that. Undefined when it could only read it
 * one way. The router refuses a path whose two readings lead to different routes.
 */
export function carelessReading(path: string): string | undefined {
  if (!ambiguous.test(path)) return undefined
  const reading = path
    .replace(/%2F|%5C|\\/g, '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
  return dotSegment.test(reading) ? resolveDots(reading) : reading
}
