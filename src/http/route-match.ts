import type { IncomingHttpHeaders } from 'node:http'
import { RE2JS } from 're2js'
import type { Match, ValueMatch } from '../config/snapshot.ts'

/** What a match asks for besides the path, and what it leads to. */
export type Candidate<T> = {
  readonly value: T
  readonly method: string | undefined
  readonly headers: readonly Condition[]
  readonly query: readonly Condition[]
}

type Condition = { readonly name: string; readonly fits: (value: string) => boolean }

export function compile<T>(match: Match, value: T): Candidate<T> {
  return {
    value,
    method: match.method,
    headers: match.headers.map(condition),
    query: match.query.map(condition),
  }
}

function condition({ name, kind, value }: ValueMatch): Condition {
  if (kind === 'exact') return { name, fits: got => got === value }
  const pattern = RE2JS.compile(value)
  return { name, fits: got => pattern.matches(got) }
}

/** Orders matches of the same path: a method first, then more headers, then more query parameters. */
export function bySpecificity(a: Candidate<unknown>, b: Candidate<unknown>): number {
  return (
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    b.headers.length - a.headers.length ||
    b.query.length - a.query.length
  )
}

/** The first candidate that fits. */
export function first<T>(
  candidates: readonly Candidate<T>[] | undefined,
  method: string,
  query: string,
  headers: IncomingHttpHeaders,
): Candidate<T> | undefined {
  if (candidates === undefined) return undefined
  for (const candidate of candidates) {
    if (fits(candidate, method, query, headers)) return candidate
  }
  return undefined
}

export function fits(
  candidate: Candidate<unknown>,
  method: string,
  query: string,
  headers: IncomingHttpHeaders,
): boolean {
  if (candidate.method !== undefined && candidate.method !== method) return false
  for (const { name, fits } of candidate.headers) {
    const value = headers[name]
    if (value === undefined || !fits(typeof value === 'string' ? value : value.join(', '))) {
      return false
    }
  }
  if (candidate.query.length === 0) return true
  // The first of repeated parameters counts, as the Gateway API recommends.
  const parameters = new URLSearchParams(query)
  return candidate.query.every(({ name, fits }) => {
    const value = parameters.get(name)
    return value !== null && fits(value)
  })
}
