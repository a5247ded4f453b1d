import { expect, test } from 'vitest'
import { ask } from '../../support/http.ts'
import { type Heard, serve } from './serving.ts'

/**
 * Cases of the conformance tests of the Gateway API (profile GATEWAY-HTTP, named by their ShortName), with manifests of
 * our own, against the gateway that the objects become. They need no API server.
 */
const gateway = (listeners = '[{name: http, port: 0, protocol: HTTP}]') => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: portcullis, listeners: ${listeners}}
---`

const route = (name: string, spec: string) => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: shop}
spec:
  parentRefs: [{name: edge}]
${spec}
---`

const rule = (matches: string, service: string, more = '') =>
  `  - {matches: [${matches}], backendRefs: [{name: ${service}, port: 80}]${more}}\n`
const exact = (value: string) => `{path: {type: Exact, value: ${value}}}`
const prefix = (value: string) => `{path: {type: PathPrefix, value: ${value}}}`

type Case = readonly [request: string, answer: string]

/** `METHOD host/path?query name:value …`; the answer is the name of a Service, or a status. */
async function answers(yaml: string, cases: readonly Case[]): Promise<readonly Case[]> {
  await using serving = await serve(yaml)
  const { port } = new URL(serving.gateway.url)
  const found: Case[] = []
  for (const [request] of cases) {
    const [method = '', target = '', ...pairs] = request.split(' ')
    const [, host = '', path = '/'] = /^([^/]*)(\/.*)$/.exec(target) ?? []
    const headers = Object.fromEntries(pairs.map(pair => pair.split(':')))
    const url = `http://127.0.0.1:${port}${path}`
    const answer = await ask(url, { method, headers: { host: host || 'any.example', ...headers } })
    found.push([request, answer.status === 200 ? answer.json().service : String(answer.status)])
  }
  return found
}

test.each<[string, string, readonly Case[]]>([
  [
    'HTTPRoutePathMatchOrder: exact, then the longest prefix, whatever their order',
    gateway() +
      route(
        'order',
        `  rules:\n${rule(exact('/match'), 'one')}${rule(exact('/match/exact'), 'two')}${rule(prefix('/match/'), 'three')}${rule(prefix('/match/prefix/'), 'one')}${rule(prefix('/match/prefix/one'), 'two')}`,
      ),
    [
      ['GET /match', 'one'],
      ['GET /match/exact', 'two'],
      ['GET /match/any', 'three'],
      ['GET /match/prefix/any', 'one'],
      ['GET /match/prefix/one/any', 'two'],
      ['GET /matches', '404'],
    ],
  ],
  [
    'HTTPRouteMatchingAcrossRoutes: the most specific of all routes; the more specific hostname first',
    gateway() +
      route(
        'part1',
        `  hostnames: [example.com, example.net]\n  rules:\n${rule(`${prefix('/')}, {headers: [{name: version, value: one}]}`, 'one')}`,
      ) +
      route(
        'part2',
        `  hostnames: [example.com]\n  rules:\n${rule(`${prefix('/v2')}, {headers: [{name: version, value: two}]}`, 'two')}`,
      ) +
      route('wild', `  hostnames: ["*.com"]\n  rules:\n${rule(exact('/v2'), 'three')}`),
    [
      ['GET example.com/', 'one'],
      ['GET example.net/v2', 'one'],
      ['GET example.com/v2/example', 'two'],
      ['GET example.com/ version:two', 'two'],
      ['GET example.com/v2', 'two'],
      ['GET other.com/v2', 'three'],
      ['GET other.org/v2', '404'],
    ],
  ],
  [
    'HTTPRouteMethodMatching: path, then method, then headers, then the order of rules',
    gateway() +
      route(
        'methods',
        `  rules:\n${rule('{method: POST}', 'one')}${rule('{method: GET}', 'two')}${rule('{path: {value: /path5}}', 'one')}${rule('{method: PATCH}', 'two')}${rule('{headers: [{name: version, value: four}]}', 'three')}`,
      ),
    [
      ['POST /', 'one'],
      ['GET /', 'two'],
      ['PUT /', '404'],
      ['PATCH /path5', 'one'],
      ['PATCH / version:four', 'two'],
      ['PUT / version:four', 'three'],
    ],
  ],
  [
    'HTTPRouteHeaderMatching, HTTPRouteQueryParamMatching: all of them, and more of them first',
    gateway() +
      route(
        'values',
        `  rules:\n${rule('{headers: [{name: Version, value: one}]}', 'one')}${rule('{headers: [{name: version, value: one}, {name: color, value: orange}]}', 'two')}${rule('{queryParams: [{name: animal, value: whale}]}', 'three')}${rule('{queryParams: [{name: animal, value: whale}, {name: color, value: blue}]}', 'one')}`,
      ),
    [
      ['GET / version:one', 'one'],
      ['GET / version:one color:orange', 'two'],
      ['GET / color:orange', '404'],
      ['GET /?animal=whale', 'three'],
      ['GET /?color=blue&animal=whale', 'one'],
      ['GET /?animal=whales', '404'],
    ],
  ],
  [
    'HTTPRouteHostnameIntersection: only names that listener and route have in common',
    gateway(
      '[{name: a, port: 0, protocol: HTTP, hostname: very.specific.com}, {name: b, port: 0, protocol: HTTP, hostname: "*.wildcard.io"}]',
    ) +
      route(
        'specific',
        `  hostnames: [other.com, "*.specific.com"]\n  rules:\n${rule(prefix('/s1'), 'one')}`,
      ) +
      route(
        'wildcard',
        `  hostnames: [wildcard.io, foo.wildcard.io, foo.bar.wildcard.io]\n  rules:\n${rule(prefix('/s2'), 'two')}`,
      ) +
      route('all', `  rules:\n${rule(prefix('/s3'), 'three')}`),
    [
      ['GET very.specific.com/s1', 'one'],
      ['GET less.specific.com/s1', '404'],
      ['GET other.com/s1', '404'],
      ['GET foo.wildcard.io/s2', 'two'],
      ['GET foo.bar.wildcard.io/s2', 'two'],
      ['GET bar.wildcard.io/s2', '404'],
      ['GET wildcard.io/s2', '404'],
      ['GET very.specific.com/s2', '404'],
      ['GET bar.wildcard.io/s3', 'three'],
      ['GET very.specific.com/s3', 'three'],
    ],
  ],
  [
    'GatewayHTTPListenerIsolation: a request belongs to the listener with the most specific hostname',
    gateway(
      '[{name: empty, port: 0, protocol: HTTP}, {name: wild, port: 0, protocol: HTTP, hostname: "*.example.com"}, {name: exact, port: 0, protocol: HTTP, hostname: abc.foo.example.com}]',
    ) +
      ['empty', 'wild', 'exact']
        .map(
          (section, index) => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${section}, namespace: shop}
spec:
  parentRefs: [{name: edge, sectionName: ${section}}]
  rules:
${rule(prefix(`/${section}`), ['one', 'two', 'three'][index]!)}
---`,
        )
        .join(''),
    [
      ['GET bar.com/empty', 'one'],
      ['GET bar.com/wild', '404'],
      ['GET x.example.com/wild', 'two'],
      ['GET x.example.com/empty', '404'],
      ['GET abc.foo.example.com/exact', 'three'],
      ['GET abc.foo.example.com/wild', '404'],
    ],
  ],
  [
    'HTTPRouteInvalidNonExistentBackendRef and the like: 500 for what leads nowhere, and only for that',
    gateway() +
      route(
        'nowhere',
        `  rules:\n${rule(prefix('/missing'), 'nothing')}${rule(prefix('/good'), 'one')}  - {matches: [${prefix('/kind')}], backendRefs: [{kind: X, group: example.com, name: x}]}\n  - {matches: [${prefix('/zero')}], backendRefs: [{name: one, port: 80, weight: 0}]}\n  - {matches: [${prefix('/none')}]}\n`,
      ),
    [
      ['GET /missing', '500'],
      ['GET /kind', '500'],
      ['GET /zero', '500'],
      ['GET /none', '500'],
      ['GET /good', 'one'],
    ],
  ],
])('%s [MANIFEST-14]', async (_name, yaml, cases) => {
  expect(await answers(yaml, cases)).toEqual(cases)
})

test('HTTPRouteRewritePath, HTTPRouteRewriteHost, HTTPRouteRequestHeaderModifier: the Service hears what the filters say [MANIFEST-14]', async () => {
  const filters = (text: string) => `, filters: [${text}]`
  await using serving = await serve(
    gateway() +
      route(
        'filters',
        `  rules:\n${rule(prefix('/strip'), 'one', filters('{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}'))}${rule(prefix('/host'), 'one', filters('{type: URLRewrite, urlRewrite: {hostname: inner.example}}'))}${rule(prefix('/headers'), 'one', filters('{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-set, value: new}], add: [{name: x-add, value: b}], remove: [x-remove]}}'))}`,
      ),
  )
  const { port } = new URL(serving.gateway.url)
  const hear = async (path: string, headers: Record<string, string> = {}): Promise<Heard> => {
    const url = `http://127.0.0.1:${port}${path}`
    return (await ask(url, { headers: { host: 'shop.example', ...headers } })).json()
  }
  expect(await hear('/strip/a?q=1')).toMatchObject({ path: '/a?q=1', host: 'shop.example' })
  expect(await hear('/host')).toMatchObject({ path: '/host', host: 'inner.example' })
  const sent = { 'x-set': 'old', 'x-add': 'a', 'x-remove': 'gone' }
  const { headers } = await hear('/headers', sent)
  expect(headers).toMatchObject({ 'x-set': 'new', 'x-add': 'a, b' })
  expect(headers).not.toHaveProperty('x-remove')
})

test('HTTPRouteWeight, HTTPRouteRedirectHostAndStatus: shares are what the weights say, and a redirect needs no Service [MANIFEST-14]', async () => {
  await using serving = await serve(
    gateway() +
      route(
        'weights',
        `  rules:\n  - {matches: [${prefix('/w')}], backendRefs: [{name: one, port: 80, weight: 70}, {name: two, port: 80, weight: 30}, {name: three, port: 80, weight: 0}]}\n  - {matches: [${prefix('/r')}], filters: [{type: RequestRedirect, requestRedirect: {hostname: example.org, scheme: https, statusCode: 301}}]}\n`,
      ),
  )
  const { port } = new URL(serving.gateway.url)
  const origin = `http://127.0.0.1:${port}`
  for (let i = 0; i < 200; i++) await ask(`${origin}/w`)
  const shares = ['one', 'two', 'three'].map(name => serving.services[name]!.received.length)
  expect(shares[2]).toBe(0)
  // 140 are expected; 30 off is five standard deviations.
  expect(Math.abs(shares[0]! - 140)).toBeLessThan(33)
  const redirect = await ask(`${origin}/r/x`)
  expect(redirect.status).toBe(301)
  expect(redirect.headers.location).toBe('https://example.org/r/x')
})
