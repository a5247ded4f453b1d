import { describe, expect, test } from 'vitest'
import type { BackendAuth } from '../../src/config/snapshot.ts'
import { firstRoute, mcpOf, snapshotOf } from './read.ts'

type Places = {
  readonly route?: string
  readonly backend?: string
  readonly named?: string
  readonly target?: string
  readonly protect?: boolean
  readonly targets?: number
}

/** The credential that the first target gets. */
function authOf({
  route,
  backend,
  named,
  target,
  protect = false,
  targets = 1,
}: Places): BackendAuth {
  const policies = (auth: string | undefined, more = '') =>
    `{${auth === undefined ? '' : `backendAuth: ${auth}${more === '' ? '' : ','}`} ${more}}`
  const issuer = protect ? 'mcpAuthentication: {issuer: http://idp.example}' : ''
  const list = Array.from(
    { length: targets },
    (_, index) => `
      - {name: t${index}, mcp: {host: 'http://h/mcp'}, policies: ${policies(target)}}`,
  )
  const snapshot = snapshotOf(`binds:
- port: 1
  listeners:
  - routes:
    - policies: ${policies(route, issuer)}
      backends: [{backend: b, policies: ${policies(backend)}}]
backends:
- name: b
  policies: ${policies(named)}
  mcp:
    targets: ${list.join('')}`)
  const [first] = mcpOf(firstRoute(snapshot)).targets
  if (first === undefined) throw new Error('no target')
  return first.auth
}

const key = (auth: BackendAuth) => (auth.kind === 'key' ? auth.key.reveal() : auth.kind)

describe("a client's token", () => {
  test('reaches a single target when nothing reads it', () => {
    expect(authOf({})).toEqual({ kind: 'passthrough' })
  })

  test('does not reach a target of a protected route [CALL-5]', () => {
    expect(authOf({ protect: true })).toEqual({ kind: 'none' })
  })

  test('does not reach one of several targets [CALL-5]', () => {
    expect(authOf({ targets: 2 })).toEqual({ kind: 'none' })
  })

  test('reaches a target of a protected route when the configuration says so', () => {
    expect(authOf({ protect: true, route: '{passthrough: {}}' })).toEqual({ kind: 'passthrough' })
  })
})

test('the closest policy counts', () => {
  const all = { route: '{key: r}', named: '{key: n}', backend: '{key: b}', target: '{key: t}' }
  const { target: _t, ...outer } = all
  const { backend: _b, ...rest } = outer
  expect(key(authOf(all))).toBe('t')
  expect(key(authOf(outer))).toBe('b')
  expect(key(authOf(rest))).toBe('n')
  expect(key(authOf({ route: '{key: r}' }))).toBe('r')
})

test('a key goes where the configuration says [CALL-6]', () => {
  expect(authOf({ target: '{key: k}' })).toMatchObject({
    header: 'authorization',
    prefix: 'Bearer ',
  })
  expect(authOf({ target: '{key: k, location: {header: {name: X-Api-Key}}}' })).toMatchObject({
    header: 'x-api-key',
    prefix: '',
  })
})
