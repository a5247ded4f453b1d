import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/config/snapshot.ts'
import { httpHost } from '../http/snapshots.ts'
import { firstBind, firstListener, firstRoute, mcpOf, snapshotOf, withBackends } from './read.ts'

const target = "{name: a, mcp: {host: 'http://h:9000/mcp'}}"

/** What a client of the snapshot meets: without names and places. */
function meaning(snapshot: Snapshot): unknown {
  const seen = JSON.stringify(snapshot, (key, value: unknown) =>
    key === 'origin' && typeof value === 'object' ? undefined : value,
  )
  return JSON.parse(seen.replace(/"(name|id)":"(bind0|default|gw|mcp)[^"]*"/g, '"$1":"?"'))
}

test('binds, the mcp block and gateways mean the same [CFG-1]', () => {
  const policies = 'policies: {mcpAuthentication: {issuer: http://idp.example}}'
  const tree = snapshotOf(`binds:
- port: 3000
  listeners:
  - routes:
    - {backends: [{mcp: {targets: [${target}]}}], ${policies}}`)
  const flat = snapshotOf(`gateways: {gw: {port: 3000}}
routes: [{gateways: gw, backends: [{mcp: {targets: [${target}]}}], ${policies}}]`)
  const short = snapshotOf(`mcp: {targets: [${target}], ${policies}}`)
  expect(meaning(flat)).toEqual(meaning(tree))
  expect(meaning(short)).toEqual(meaning(tree))
})

test('the forms can be mixed [CFG-1]', () => {
  const { binds } =
    snapshotOf(`binds: [{port: 1, listeners: [{routes: [{backends: [{host: 'h:1'}]}]}]}]
gateways: {default: {port: 2}}
routes: [{backends: [{host: 'h:2'}]}]
mcp: {port: 3, targets: [${target}]}`)
  expect(binds.map(({ port }) => port)).toEqual([1, 2, 3])
  expect(binds.map(({ listeners }) => listeners[0]?.routes[0]?.id)).toEqual([
    'bind0/route0',
    'default/route0',
    'mcp/default',
  ])
})

describe('the mcp block', () => {
  test('has port 3000 and takes everything on it', () => {
    const snapshot = snapshotOf(`mcp: {targets: [${target}]}`)
    expect(firstBind(snapshot).port).toBe(3000)
    expect(firstRoute(snapshot).matches.map(({ path }) => path)).toEqual([
      { kind: 'prefix', value: '/' },
    ])
  })

  test('on a gateway takes /mcp, /sse and /.well-known, and /mcp stands for it', () => {
    const snapshot = snapshotOf(
      `gateways: {default: {port: 8080}}\nmcp: {gateways: default, targets: [${target}]}`,
    )
    const { path, matches } = firstRoute(snapshot)
    expect(path).toBe('/mcp')
    expect(matches.map(match => match.path.value)).toEqual(['/mcp', '/sse', '/.well-known'])
  })
})

test('a gateway with several listeners; routes name the gateway or one of them', () => {
  const snapshot = snapshotOf(`gateways:
  gw:
    port: 80
    listeners: [{name: a, hostname: A.example}, {name: b, hostname: '*.b.example'}]
routes:
- {name: both, gateways: gw, backends: [{host: 'h:1'}]}
- {name: one, gateways: [gw/b], backends: [{host: 'h:1'}]}`)
  expect(
    firstBind(snapshot).listeners.map(({ hostname, routes }) => [
      hostname,
      routes.map(({ id }) => id),
    ]),
  ).toEqual([
    ['a.example', ['gw/a/both']],
    ['*.b.example', ['gw/b/both', 'gw/b/one']],
  ])
})

describe('a target', () => {
  const urls: readonly (readonly [config: string, url: string])[] = [
    ["mcp: {host: 'http://h:9000/mcp'}", 'http://h:9000/mcp'],
    ["mcp: {host: 'https://h/a/b?c=d'}", 'https://h/a/b?c=d'],
    ["mcp: {host: 'http://h:9000'}", 'http://h:9000/mcp'],
    ["mcp: {host: 'http://h:9000/'}", 'http://h:9000/'],
    ["sse: {host: 'http://h:9000'}", 'http://h:9000/sse'],
    ['mcp: {host: localhost, port: 3005, path: /mcp/}', 'http://localhost:3005/mcp/'],
    ['mcp: {host: localhost, port: 3005}', 'http://localhost:3005/mcp'],
    ['mcp: {backend: crm}', 'http://crm/mcp'],
    ['mcp: {backend: crm, path: /v2/mcp}', 'http://crm/v2/mcp'],
    ['sse: {backend: crm}', 'http://crm/sse'],
  ]
  test.each(urls)('%s is %s', (config, url) => {
    const snapshot = snapshotOf(
      withBackends(
        `- mcp: {targets: [{name: a, ${config}}]}`,
        'backends: [{name: crm, host: "crm:80"}]',
      ),
    )
    const kind = config.startsWith('sse') ? 'sse' : 'http'
    expect(mcpOf(firstRoute(snapshot)).targets[0]?.transport).toEqual({ kind, url })
  })

  test('may be a program', () => {
    const stdio = 'stdio: {cmd: uvx, args: [mcp-server-time], env: {TZ: UTC}, clear_env: true}'
    const snapshot = snapshotOf(withBackends(`- mcp: {targets: [{name: a, ${stdio}}]}`))
    expect(mcpOf(firstRoute(snapshot)).targets[0]?.transport).toEqual({
      kind: 'stdio',
      command: 'uvx',
      args: ['mcp-server-time'],
      env: { TZ: 'UTC' },
      clearEnv: true,
    })
  })
})

test('hosts share the requests of a route by weight', () => {
  const { backend } = firstRoute(
    snapshotOf(withBackends("- {host: 'a:80', weight: 9}\n- {host: 'https://b', weight: 0}")),
  )
  expect(backend).toEqual({
    kind: 'http',
    hosts: [
      httpHost('http://a', { weight: 9, auth: { kind: 'passthrough' } }),
      httpHost('https://b', { weight: 0, auth: { kind: 'passthrough' } }),
    ],
    host: 'own',
    path: undefined,
  })
})

test('matches, header modifiers and timeouts', () => {
  const route = firstRoute(
    snapshotOf(`binds:
- port: 1
  listeners:
  - routes:
    - matches:
      - path: {exact: /.well-known/oauth-protected-resource/mcp}
      - path: {pathPrefix: /mcp/}
        method: POST
        headers: [{name: X-A, value: {exact: b}}]
        query: [{name: q, value: {regex: 'a+'}}]
      policies:
        requestHeaderModifier: {add: {X-One: '1'}, set: [{name: X-Two, value: '2'}], remove: [X-Three]}
        responseHeaderModifier: {remove: [Server]}
        timeout: {requestTimeout: 1m30s, backendRequestTimeout: 500ms}
      backends:
      - host: h:1
        policies: {requestHeaderModifier: {set: {x-one: last}}}`),
  )
  expect(route.path).toBe('/mcp')
  expect(route.matches[1]).toEqual({
    path: { kind: 'prefix', value: '/mcp' },
    method: 'POST',
    headers: [{ name: 'x-a', kind: 'exact', value: 'b' }],
    query: [{ name: 'q', kind: 'regex', value: 'a+' }],
  })
  expect(route.backend).toMatchObject({
    hosts: [
      {
        requestHeaders: {
          add: [],
          set: [
            ['x-two', '2'],
            ['x-one', 'last'],
          ],
          remove: ['x-three'],
        },
        responseHeaders: { add: [], set: [], remove: ['server'] },
      },
    ],
  })
  expect(route.timeoutMs).toBe(500)
})

test('what holds for the process', () => {
  const key = 'ab'.repeat(32)
  const old = 'cd'.repeat(32)
  const { settings } = snapshotOf(
    `config:
  adminAddr: 127.0.0.1:9000
  statsAddr: '[::]:15020'
  readinessAddr: 'off'
  session: {key: ['${key}', {file: old.key}]}
  mcp: {sessionTtl: 10m}
  logging: {level: debug, format: json}
  connectionTerminationDeadline: 5s
  trustedProxies: [10.0.0.0/8, '::1']
  maxBodyBytes: '2048'
mcp: {targets: [${target}]}`,
    { files: { 'old.key': `${old}\n` } },
  )
  expect(settings.sessionKeys.map(secret => secret.reveal())).toEqual([key, old])
  expect({ ...settings, sessionKeys: [] }).toEqual({
    admin: [
      { host: '127.0.0.1', port: 9000 },
      { host: '::', port: 15_020 },
    ],
    adminRequired: true,
    sessionKeys: [],
    sessionIdleMs: 600_000,
    sessionMaxMs: 86_400_000,
    trustedProxies: ['10.0.0.0/8', '::1/128'],
    drainMs: 5000,
    logLevel: 'debug',
    logFormat: 'json',
    maxBodyBytes: 2048,
    failedAuthenticationsPerMinute: 120,
    store: undefined,
  })
})

test('variables win over members of config', () => {
  const key = 'ef'.repeat(32)
  const { settings } = snapshotOf(
    `config: {adminAddr: 'localhost:1'}\nmcp: {targets: [${target}]}`,
    {
      environment: { SESSION_KEY: key, ADMIN_ADDR: 'off' },
    },
  )
  expect(settings.admin).toEqual([])
  expect(settings.sessionKeys.map(secret => secret.reveal())).toEqual([key])
})

test('a snapshot is frozen through and through', () => {
  const snapshot = snapshotOf(`mcp: {targets: [${target}]}`)
  expect(Object.isFrozen(firstListener(snapshot).routes)).toBe(true)
  expect(Object.isFrozen(mcpOf(firstRoute(snapshot)).targets[0]?.transport)).toBe(true)
})
