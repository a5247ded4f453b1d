import type { IncomingHttpHeaders } from 'node:http'
import { RE2JS } from 're2js'
import type { Match, Route } from '../config/snapshot.ts'
import { createHostTable } from './host-table.ts'
import { carelessReading, normalPath } from './path.ts'
import { bySpecificity, type Candidate, compile, first, fits } from './route-match.ts'

/**
 * Finds the route of a request with the precedence of the Gateway API (HTTPRouteRule.matches): the most
 * specific hostname, then exact path, longest prefix, regular expression, the prefix `/`; then a match that names a
 * method, more headers, more query parameters, and the order of the entries. The specification leaves
 * the place of regular expressions open; `/` comes after them because it would hide all of them.
 *
 * A path that a careless server might read as one of another route (`carelessReading`) has no route.
 */
export type Router<T> = {
  /** `host`, `path` and `query` as `requestTarget` gives them. */
  readonly match: (
    host: string,
    method: string,
    path: string,
    query: string,
    headers: IncomingHttpHeaders,
  ) => T | undefined
}

/**
 * Compiles a routing table. Exact and prefix matches are looked up in hash maps, so their number does not
 * matter; regular expressions are tried one after the other. Throws on an expression that RE2 refuses.
 */
export function createRouter<T>(
  entries: readonly { readonly route: Route; readonly value: T }[],
): Router<T> {
  const tables = new Map<string | undefined, PathTable<T>>()
  for (const { route, value } of entries) {
    const candidates = route.matches.map(match => compile(match, value))
    for (const hostname of route.hostnames.length === 0 ? [undefined] : route.hostnames) {
      const table = tables.get(hostname) ?? emptyTable<T>()
      tables.set(hostname, table)
      for (const [index, match] of route.matches.entries()) {
        const candidate = candidates[index]
        if (candidate !== undefined) insert(table, match, candidate)
      }
    }
  }
  for (const table of tables.values()) sort(table)
  const hosts = createHostTable(tables)

  const find = (
    host: string,
    method: string,
    path: string,
    query: string,
    headers: IncomingHttpHeaders,
  ): T | undefined => {
    for (const table of hosts.matching(host)) {
      const found = search(table, path, method, query, headers)
      if (found !== undefined) return found.value
    }
    return undefined
  }
  return {
    match(host, method, path, query, headers) {
      const found = find(host, method, path, query, headers)
      const other = carelessReading(path)
      if (other === undefined || other === path) return found
      return find(host, method, other, query, headers) === found ? found : undefined
    },
  }
}

type PathTable<T> = {
  readonly exact: Map<string, Candidate<T>[]>
  /** Keys without final slash; the prefix `/` is `everyPath`. */
  readonly prefix: Map<string, Candidate<T>[]>
  readonly regex: { readonly pattern: RE2JS; readonly candidate: Candidate<T> }[]
  readonly everyPath: Candidate<T>[]
  /** Of the keys of `prefix`: longer beginnings of a path need no lookup. */
  longestPrefix: number
}

function emptyTable<T>(): PathTable<T> {
  return { exact: new Map(), prefix: new Map(), regex: [], everyPath: [], longestPrefix: 0 }
}

function insert<T>(table: PathTable<T>, { path }: Match, candidate: Candidate<T>): void {
  if (path.kind === 'regex') {
    table.regex.push({ pattern: RE2JS.compile(path.value), candidate })
  } else if (path.kind === 'exact') {
    append(table.exact, normalPath(path.value), candidate)
  } else {
    const prefix = normalPath(path.value).replace(/\/+$/, '')
    if (prefix === '') table.everyPath.push(candidate)
    else append(table.prefix, prefix, candidate)
    table.longestPrefix = Math.max(table.longestPrefix, prefix.length)
  }
}

function append<T>(lists: Map<string, Candidate<T>[]>, key: string, candidate: Candidate<T>): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [candidate])
  else list.push(candidate)
}

// Array.prototype.sort is stable, so entries of the same rank keep their order.
function sort<T>(table: PathTable<T>): void {
  for (const list of table.exact.values()) list.sort(bySpecificity)
  for (const list of table.prefix.values()) list.sort(bySpecificity)
  table.regex.sort((a, b) => bySpecificity(a.candidate, b.candidate))
  table.everyPath.sort(bySpecificity)
}

function search<T>(
  table: PathTable<T>,
  path: string,
  method: string,
  query: string,
  headers: IncomingHttpHeaders,
): Candidate<T> | undefined {
  const exact = first(table.exact.get(path), method, query, headers)
  if (exact !== undefined) return exact

  const { longestPrefix } = table
  let end = path.length <= longestPrefix ? path.length : path.lastIndexOf('/', longestPrefix)
  for (; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const found = first(table.prefix.get(path.slice(0, end)), method, query, headers)
    if (found !== undefined) return found
  }
  for (const { pattern, candidate } of table.regex) {
    if (fits(candidate, method, query, headers) && pattern.matches(path)) return candidate
  }
  return path.startsWith('/') ? first(table.everyPath, method, query, headers) : undefined
}
