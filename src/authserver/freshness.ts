/** Where an answer says nothing about it. */
const USUAL_MS = 5 * 60_000
const LONGEST_MS = 24 * 3_600_000

/**
 * How long an answer may be used without asking again (RFC 9111 §4.2), milliseconds: `max-age` less `Age`, else
 * `Expires`, at most a day; 0 where caching is forbidden.
 *
 * @param now milliseconds since 1970
 */
export function freshMs(headers: Readonly<Record<string, string>>, now: number): number {
  const control = (headers['cache-control'] ?? '').toLowerCase()
  if (/\bno-(?:store|cache)\b/.test(control)) return 0
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,9})/.exec(control)?.[1]
  const age = Number(headers.age ?? 0) || 0
  const expires = Date.parse(headers.expires ?? '')
  const fresh =
    maxAge !== undefined
      ? (Number(maxAge) - age) * 1000
      : Number.isNaN(expires)
        ? USUAL_MS
        : expires - now
  return Math.min(LONGEST_MS, Math.max(0, fresh))
}
