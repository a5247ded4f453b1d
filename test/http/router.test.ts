import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Match, Route } from '../../src/config/snapshot.ts'
import { createRouter } from '../../src/http/router.ts'
import { match, route } from './snapshots.ts'

type Table = Record<string, { hostnames?: string[]; matches: Match[] }>

function router(table: Table) {
  return createRouter(
    Object.entries(table).map(([id, { hostnames = [], matches }]) => ({
      route: route({ id, hostnames, matches }),
      value: id,
    })),
  )
}

function find(
  table: Table,
  path: string,
  { host = 'gw.example', method = 'POST', query = '', headers = {} } = {},
) {
  return router(table).match(host, method, path, query, headers)
}

describe('paths', () => {
  test.each([
    ['/mcp', 'prefix'],
    ['/mcp/', 'prefix'],
    ['/mcp/x/y', 'prefix'],
    ['/mcpx', undefined],
    ['/mc', undefined],
    ['/MCP', undefined],
    ['/', undefined],
    ['*', undefined],
  ])('a prefix is whole segments: %s → %s', (path, expected) => {
    expect(find({ prefix: { matches: [match('prefix /mcp')] } }, path)).toBe(expected)
  })

  test('a final slash of the prefix means nothing', () => {
    expect(find({ a: { matches: [match('prefix /mcp/')] } }, '/mcp')).toBe('a')
  })

  test('an exact path is compared to the last character', () => {
    const table: Table = { a: { matches: [match('exact /mcp')] } }
    expect(find(table, '/mcp')).toBe('a')
    expect(find(table, '/mcp/')).toBeUndefined()
  })

  test('a regular expression has to match the whole path', () => {
    const table: Table = { a: { matches: [match('regex /v[0-9]+/mcp')] } }
    expect(find(table, '/v12/mcp')).toBe('a')
    expect(find(table, '/v12/mcp/x')).toBeUndefined()
    expect(find(table, '/x/v12/mcp')).toBeUndefined()
  })

  test.each([
    ['/a/b', 'exact'],
    ['/a/b/c', 'long'],
    ['/a/x', 'short'],
    ['/z9', 'regex'],
    ['/other', 'every'],
  ])('exact before longest prefix before regex before / [EDGE-1]: %s → %s', (path, expected) => {
    const table: Table = {
      every: { matches: [match('prefix /')] },
      regex: { matches: [match('regex /(a/b|a/b/c|a/x|z9)')] },
      short: { matches: [match('prefix /a')] },
      long: { matches: [match('prefix /a/b')] },
      exact: { matches: [match('exact /a/b')] },
    }
    expect(find(table, path)).toBe(expected)
  })

  test('a path whose better match has other conditions falls back to the next one', () => {
    const table: Table = {
      get: { matches: [match('exact /a', { method: 'GET' })] },
      any: { matches: [match('prefix /')] },
    }
    expect(find(table, '/a')).toBe('any')
    expect(find(table, '/a', { method: 'GET' })).toBe('get')
  })
})

describe('hosts', () => {
  const table: Table = {
    all: { matches: [match()] },
    wide: { hostnames: ['*.example'], matches: [match()] },
    narrow: { hostnames: ['*.eu.example'], matches: [match()] },
    exact: { hostnames: ['gw.eu.example'], matches: [match('prefix /mcp')] },
  }
  test.each([
    ['gw.eu.example', '/mcp', 'exact'],
    ['gw.eu.example', '/other', 'narrow'],
    ['a.b.eu.example', '/', 'narrow'],
    ['gw.example', '/', 'wide'],
    ['example', '/', 'all'],
    ['', '/', 'all'],
    ['notexample', '/', 'all'],
    ['.example', '/', 'all'],
  ])('%s%s → %s', (host, path, expected) => {
    expect(find(table, path, { host })).toBe(expected)
  })

  test('the host goes before the path', () => {
    const hosts: Table = {
      path: { matches: [match('exact /mcp')] },
      host: { hostnames: ['gw.example'], matches: [match('prefix /')] },
    }
    expect(find(hosts, '/mcp')).toBe('host')
  })
})

describe('method, headers and query', () => {
  const header = (name: string, value: string, kind: 'exact' | 'regex' = 'exact') => ({
    name,
    kind,
    value,
  })

  test('more conditions go first: method, then headers, then query, then order [EDGE-1]', () => {
    const table: Table = {
      plain: { matches: [match()] },
      later: { matches: [match()] },
      query: { matches: [match('prefix /', { query: [header('a', '1'), header('b', '2')] })] },
      header: { matches: [match('prefix /', { headers: [header('x', '1')] })] },
      method: { matches: [match('prefix /', { method: 'POST' })] },
    }
    const all = { query: 'a=1&b=2', headers: { x: '1' } }
    expect(find(table, '/', all)).toBe('method')
    expect(find(table, '/', { ...all, method: 'GET' })).toBe('header')
    expect(find(table, '/', { ...all, method: 'GET', headers: {} })).toBe('query')
    expect(find(table, '/', { method: 'GET' })).toBe('plain')
  })

  test('values are exact or a regular expression for the whole value', () => {
    const table: Table = {
      a: { matches: [match('prefix /', { headers: [header('x-v', 'v[0-9]', 'regex')] })] },
    }
    expect(find(table, '/', { headers: { 'x-v': 'v1' } })).toBe('a')
    expect(find(table, '/', { headers: { 'x-v': 'v12' } })).toBeUndefined()
    expect(find(table, '/', { headers: {} })).toBeUndefined()
  })

  test('the first of repeated query parameters counts, decoded', () => {
    const table: Table = { a: { matches: [match('prefix /', { query: [header('q', 'a b')] })] } }
    expect(find(table, '/', { query: 'q=a%20b&q=c' })).toBe('a')
    expect(find(table, '/', { query: 'q=c&q=a+b' })).toBeUndefined()
  })

  test('alternatives of one route', () => {
    const table: Table = { a: { matches: [match('exact /x'), match('prefix /y')] } }
    expect([find(table, '/x'), find(table, '/y/z'), find(table, '/z')]).toEqual([
      'a',
      'a',
      undefined,
    ])
  })
})

test('an expression that RE2 refuses is an error when the table is made', () => {
  expect(() => router({ a: { matches: [match('regex (?=x)')] } })).toThrow()
})

test('a request is compared with the routes of its own path only, however many there are [EDGE-2]', () => {
  const looked = [10, 10_000].map(count => {
    const conditions = { headers: [{ name: 'x', kind: 'exact', value: '1' }] } as const
    const table: Table = {}
    for (let i = 0; i < count; i += 1) {
      table[i] = {
        matches: [match(`exact /e${i}`, conditions), match(`prefix /p${i}/mcp`, conditions)],
      }
    }
    let reads = 0
    const headers = {
      get x(): string {
        reads += 1
        return '1'
      },
    }
    const compiled = router(table)
    for (const path of ['/e7', '/p7/mcp/a/b', '/p7', '/none']) {
      compiled.match('gw.example', 'POST', path, '', headers)
    }
    return reads
  })
  expect(looked).toEqual([2, 2])
})

test('the compiled table agrees with a search through all matches [EDGE-1]', () => {
  const segment = fc.constantFrom('a', 'b', 'mcp')
  const path = fc.array(segment, { maxLength: 3 }).map(parts => `/${parts.join('/')}`)
  const hostname = fc.constantFrom(
    'gw.example',
    'a.example',
    '*.example',
    '*.a.example',
    'b.a.example',
  )
  const condition = fc.record({
    name: fc.constantFrom('x', 'y'),
    kind: fc.constant('exact' as const),
    value: fc.constantFrom('1', '2'),
  })
  const anyMatch: fc.Arbitrary<Match> = fc.record({
    path: fc.oneof(
      fc.record({ kind: fc.constantFrom('exact' as const, 'prefix' as const), value: path }),
      fc.record({
        kind: fc.constant('regex' as const),
        value: fc.constantFrom('/a.*', '/[ab]', '/mcp(/.*)?'),
      }),
    ),
    method: fc.constantFrom('GET', 'POST', undefined),
    headers: fc.array(condition, { maxLength: 2 }),
    query: fc.array(condition, { maxLength: 2 }),
  })
  const anyRoute = fc.record({
    hostnames: fc.array(hostname, { maxLength: 2 }),
    matches: fc.array(anyMatch, { minLength: 1, maxLength: 3 }),
  })
  const request = fc.record({
    host: fc.constantFrom('gw.example', 'a.example', 'b.a.example', 'c.a.example', 'other'),
    method: fc.constantFrom('GET', 'POST'),
    path: fc.tuple(path, fc.constantFrom('', '/')).map(([p, slash]) => (p === '/' ? p : p + slash)),
    query: fc.constantFrom('', 'x=1', 'x=1&y=2', 'y=1'),
    headers: fc.constantFrom({}, { x: '1' }, { x: '1', y: '2' }, { y: '1' }),
  })
  fc.assert(
    fc.property(
      fc.array(anyRoute, { maxLength: 8 }),
      fc.array(request, { minLength: 1, maxLength: 8 }),
      (rows, requests) => {
        const routes = rows.map((row, index) => route({ id: String(index), ...row }))
        const compiled = createRouter(routes.map(one => ({ route: one, value: one.id })))
        for (const r of requests) {
          expect(compiled.match(r.host, r.method, r.path, r.query, r.headers)).toBe(
            naive(routes, r),
          )
        }
      },
    ),
    { numRuns: 400, seed: 7 },
  )
})

type Request = {
  host: string
  method: string
  path: string
  query: string
  headers: Record<string, string>
}

/** Ranks every match that fits and takes the best one. */
function naive(routes: Route[], request: Request): string | undefined {
  const ranked = routes.flatMap((one, order) =>
    (one.hostnames.length === 0 ? ['*'] : one.hostnames).flatMap(hostname =>
      one.matches
        .filter(m => hostFits(hostname, request.host) && matchFits(m, request))
        .map((m, index) => ({
          id: one.id,
          rank: [
            hostname === '*' ? 0 : hostname.startsWith('*') ? hostname.length : 1000,
            pathRank(m),
            m.method === undefined ? 0 : 1,
            m.headers.length,
            m.query.length,
            -order,
            -index,
          ],
        })),
    ),
  )
  ranked.sort((a, b) => {
    const at = a.rank.findIndex((value, i) => value !== b.rank[i])
    return at === -1 ? 0 : b.rank[at]! - a.rank[at]!
  })
  return ranked[0]?.id
}

function hostFits(hostname: string, host: string): boolean {
  if (hostname === '*') return true
  return hostname.startsWith('*.') ? host.endsWith(hostname.slice(1)) : host === hostname
}

function matchFits(m: Match, request: Request): boolean {
  const query = new URLSearchParams(request.query)
  return (
    (m.method === undefined || m.method === request.method) &&
    m.headers.every(({ name, value }) => request.headers[name] === value) &&
    m.query.every(({ name, value }) => query.get(name) === value) &&
    pathFits(m, request.path)
  )
}

function pathFits({ path }: Match, got: string): boolean {
  if (path.kind === 'exact') return got === path.value
  if (path.kind === 'regex') return new RegExp(`^(?:${path.value})$`).test(got)
  const segments = (text: string) => text.split('/').filter(part => part !== '')
  return segments(path.value).every((part, i) => segments(got)[i] === part)
}

function pathRank({ path }: Match): number {
  if (path.kind === 'exact') return 1000
  if (path.kind === 'regex') return 1
  return path.value === '/' ? 0 : 1 + path.value.length
}
