import type { ServerResponse } from 'node:http'
import type { RateLimit } from '../config/snapshot.ts'
import type { Taken } from './token-bucket.ts'

/**
 * What a client is told of a limit that it counts against: `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-10) and the older `x-ratelimit-*` headers, as a flat list of names
 * and values. The window is the time in which an empty bucket fills up; `t` the time until more tokens come
 * in, or, of a refusal, enough of them.
 */
export function limitHeaders(limit: RateLimit, { remaining, waitMs }: Taken): readonly string[] {
  const { maxTokens, tokensPerFill, fillIntervalMs } = limit
  const window = Math.ceil((Math.ceil(maxTokens / tokensPerFill) * fillIntervalMs) / 1000)
  const seconds = secondsOf(waitMs)
  const rest = Math.max(0, Math.floor(remaining))
  return [
    'ratelimit-policy',
    `"default";q=${maxTokens};w=${window}`,
    'ratelimit',
    `"default";r=${rest};t=${seconds}`,
    'x-ratelimit-limit',
    String(maxTokens),
    'x-ratelimit-remaining',
    String(rest),
    'x-ratelimit-reset',
    String(seconds),
  ]
}

/** Whole seconds, never too few. */
export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}

/** What an answer tells of a limit, once it is given. */
export type Told = { readonly remaining: number; readonly headers: readonly string[] }

/**
 * Tells the client of the limit that it will reach first, of all that were asked so far. The server adds this to the
 * head of the answer, unless that says the same by itself, as a refusal does: setting each header on
 * the response makes node check and sort them all, which costs a tenth of a call.
 */
export function tellLimit(
  response: ServerResponse & { told?: Told | undefined },
  limit: RateLimit,
  taken: Taken,
): void {
  const { told } = response
  const remaining = Math.max(0, Math.floor(taken.remaining))
  if (told !== undefined && told.remaining <= remaining) return
  response.told = { remaining, headers: limitHeaders(limit, taken) }
}
