import type { FetchResponse } from '../providers/fetch.ts'

const MIN_MS = 60_000
const MAX_MS = 24 * 3_600_000
/** Where the answer says nothing, or asks not to be kept at all, as Keycloak's does. */
const DEFAULT_MS = 600_000

/**
 * How long a fetched key set may be used before it is fetched again, in milliseconds: what
 * Cache-Control `max-age` or else Expires says (RFC 9111 §4.2.1), between a minute and a day.
 */
export function lifetimeMs(headers: FetchResponse['headers'], now: number): number {
  const directives = (headers['cache-control'] ?? '').toLowerCase().split(',')
  const names = directives.map(directive => directive.trim())
  if (names.includes('no-cache') || names.includes('no-store')) return DEFAULT_MS

  const maxAge = names.map(name => /^max-age="?(\d{1,12})"?$/.exec(name)?.[1]).find(Boolean)
  if (maxAge !== undefined) return clamp(Number(maxAge) * 1000)

  const expires = Date.parse(headers.expires ?? '')
  const date = Date.parse(headers.date ?? '')
  const left = expires - (Number.isNaN(date) ? now : date)
  return left > 0 ? clamp(left) : DEFAULT_MS
}

function clamp(ms: number): number {
  return Math.min(Math.max(ms, MIN_MS), MAX_MS)
}
