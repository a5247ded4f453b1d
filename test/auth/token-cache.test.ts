import { describe, expect, it } from 'vitest'
import { identityOf } from '../../src/auth/claims.ts'
import type { Identity } from '../../src/auth/identity.ts'
import { readKeySet } from '../../src/auth/key-set.ts'
import { createKeys } from '../../src/auth/keys.ts'
import { createTokenCache } from '../../src/auth/token-cache.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { RESOURCE } from './gate.ts'

const jwks = { keys: [{ kty: 'EC', crv: 'P-256', kid: 'one', x: 'AA', y: 'AA' }] }

async function setUp(capacity: number) {
  const now = () => 0
  const set = readKeySet(jwks)
  const log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }
  const loader = async () => ({ keys: set, lifetimeMs: Number.POSITIVE_INFINITY })
  const keys = createKeys('https://idp.example', loader, { now, log, fetched() {} })
  await keys.refresh()
  const cache = createTokenCache<Identity>(capacity, now)
  const add = (token: string) => {
    const identity = identityOf({ sub: token }, oidc.claims, token)
    cache.set(token, {
      value: identity,
      resource: RESOURCE,
      until: 1,
      holds: () => keys.holds(set.find('ES256', 'one')[0]!),
    })
  }
  return { cache, add, has: (token: string) => cache.get(token, RESOURCE)?.subject === token }
}

describe('cache of verified tokens', () => {
  it('gives back what was put in, for the same resource [TOKEN-16]', async () => {
    const { cache, add, has } = await setUp(10)
    add('a')
    expect(has('a')).toBe(true)
    expect(cache.get('a', 'http://gw.example/other')).toBeUndefined()
    expect(has('b')).toBe(false)
  })

  it('forgets one', async () => {
    const { cache, add, has } = await setUp(10)
    add('a')
    add('b')
    cache.delete('a')
    expect([has('a'), has('b')]).toEqual([false, true])
  })

  it('tells tokens of one connection apart, whatever it sent before [TOKEN-16]', async () => {
    const { cache, add } = await setUp(10)
    add('a')
    add('b')
    const connection = {}
    const over = (token: string) => cache.get(token, RESOURCE, connection)?.subject
    expect(['a', 'a', 'b', 'a', 'c'].map(over)).toEqual(['a', 'a', 'b', 'a', undefined])
    cache.delete('a')
    expect(['a', 'b'].map(over)).toEqual([undefined, 'b'])
  })

  it('has a bound', async () => {
    const { add, has } = await setUp(10)
    const tokens = Array.from({ length: 100 }, (_, index) => `token-${index}`)
    for (const token of tokens) add(token)
    expect(tokens.filter(has).length).toBeLessThanOrEqual(10)
    expect(has('token-99')).toBe(true)
  })

  it('keeps what is in use', async () => {
    const { add, has } = await setUp(10)
    add('used')
    for (let index = 0; index < 100; index++) {
      add(`token-${index}`)
      expect(has('used')).toBe(true)
    }
  })
})
