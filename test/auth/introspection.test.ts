import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Identity } from '../../src/auth/identity.ts'
import { Secret } from '../../src/config/secret.ts'
import type { Introspection } from '../../src/config/snapshot.ts'
import { defineProfile, type ProfileChanges } from '../../src/providers/define-profile.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { createGate, type Gate, issuerOf, outcomeOf, RESOURCE } from './gate.ts'
import { createSigner } from './provider.ts'
import { startTokenDesk, type TokenDesk } from './token-desk.ts'

const SECRET = { kind: 'secret', secret: new Secret('s e:cret'), method: undefined } as const

let desk: TokenDesk
let gate: Gate

function open(changes: Partial<Introspection> = {}, profile: ProfileChanges = {}): Gate {
  const introspection = {
    url: undefined,
    clientId: 'gate way',
    authentication: SECRET,
    bareTokens: true,
    ...changes,
  }
  const keys = { kind: 'discovery' } as const
  return createGate([issuerOf(desk.issuer, keys, defineProfile(oidc, profile), [], introspection)])
}

function seconds(fromNow: number): number {
  return Math.floor(gate.clock.now / 1000) + fromNow
}

/** A good answer, with changes. */
function know(token: string, changes: object = {}): void {
  const exp = seconds(3600)
  desk.tokens.set(token, { active: true, aud: RESOURCE, sub: 'alice', exp, ...changes })
}

const outcome = async (token: string): Promise<string> => outcomeOf(await gate.send(token))

beforeEach(async () => {
  desk = await startTokenDesk()
  gate = open()
})
afterEach(async () => {
  await gate.close()
  await desk.close()
})

describe('a token that only the provider can read', () => {
  test('is known by what the provider says about it', async () => {
    know('opaque', { scope: 'read write', client_id: 'inspector', roles: ['admin'] })
    const identity = (await gate.send('opaque')) as Identity
    expect(identity).toMatchObject({
      authenticated: true,
      issuer: desk.issuer,
      subject: 'alice',
      client: 'inspector',
      scopes: ['read', 'write'],
      roles: ['admin'],
    })
    expect(identity.token?.reveal()).toBe('opaque')
  })

  test('is asked about with Basic, both halves form-encoded', async () => {
    know('opaque')
    await gate.send('opaque')
    const [request] = desk.requests
    const pair = Buffer.from('gate+way:s+e%3Acret').toString('base64')
    expect(request).toMatchObject({ method: 'POST', path: '/introspect' })
    expect(request?.headers.authorization).toBe(`Basic ${pair}`)
    expect(request?.body).toBe('token=opaque&token_type_hint=access_token')
  })

  test('or with the secret in the body, at a configured place', async () => {
    gate = open({
      url: `${desk.issuer}/elsewhere`,
      authentication: { ...SECRET, method: 'client_secret_post' },
    })
    know('opaque')
    expect(await outcome('opaque')).toBe('ok')
    expect(desk.requests[0]?.path).toBe('/elsewhere')
    expect(desk.requests[0]?.headers.authorization).toBeUndefined()
    expect(desk.requests[0]?.body).toContain('client_id=gate+way&client_secret=s+e%3Acret')
  })

  test.each([
    ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['EdDSA', () => generateKeyPairSync('ed25519')],
  ])('or with an assertion that a private key signs (%s)', async (alg, generate) => {
    const { publicKey, privateKey } = generate()
    const key = new Secret(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
    gate = open({ authentication: { kind: 'key', key, keyId: 'one' } })
    know('opaque')
    expect(await outcome('opaque')).toBe('ok')
    const assertion = new URLSearchParams(desk.requests[0]?.body).get('client_assertion') ?? ''
    expect(decodeProtectedHeader(assertion)).toEqual({ alg, kid: 'one' })
    const { payload } = await jwtVerify(assertion, publicKey)
    expect(payload).toMatchObject({ iss: 'gate way', sub: 'gate way', aud: desk.issuer })
    expect(payload.jti).toEqual(expect.any(String))
    expect(Number(payload.exp) - Number(payload.iat)).toBe(60)
  })

  test('is asked about once at a time, and not again for a minute', async () => {
    know('opaque')
    const release = desk.hold()
    const answers = [gate.send('opaque'), gate.send('opaque'), gate.send('opaque')]
    release()
    for (const answer of await Promise.all(answers)) expect(outcomeOf(answer)).toBe('ok')
    gate.clock.now += 59_000
    expect(await outcome('opaque')).toBe('ok')
    expect(desk.requests).toHaveLength(1)
    gate.clock.now += 2_000
    expect(await outcome('opaque')).toBe('ok')
    expect(desk.requests).toHaveLength(2)
  })

  test('is not taken for longer than it lives', async () => {
    know('opaque', { exp: seconds(10) })
    expect(await outcome('opaque')).toBe('ok')
    gate.clock.now += 41_000
    expect(await outcome('opaque')).toBe('expired')
  })

  test('attack: was revoked', async () => {
    know('opaque')
    expect(await outcome('opaque')).toBe('ok')
    desk.tokens.delete('opaque')
    gate.authenticator.forget('opaque')
    expect(await outcome('opaque')).toBe('expired')
  })

  test('that nobody knows is not asked about again and again', async () => {
    expect(await outcome('unknown')).toBe('expired')
    expect(await outcome('unknown')).toBe('expired')
    expect(desk.requests).toHaveLength(1)
    gate.clock.now += 11_000
    know('unknown')
    expect(await outcome('unknown')).toBe('ok')
  })

  test.each<[string, object, string]>([
    ['is for another resource', { aud: 'http://gw.example/other' }, 'wrong_audience'],
    ['is for nobody', { aud: undefined }, 'wrong_audience'],
    ['comes from another issuer', { iss: 'https://evil.example' }, 'wrong_issuer'],
    ['is a refresh token', { token_use: 'refresh_token' }, 'wrong_token_type'],
    ['is bound to a key', { token_type: 'DPoP' }, 'wrong_token_type'],
    ['has ended', { exp: 1 }, 'expired'],
    ['is an ID token', { at_hash: 'x' }, 'wrong_token_type'],
    ['is active in words alone', { active: 'true' }, 'keys_unavailable'],
    ['is not said to be active', { active: undefined }, 'keys_unavailable'],
  ])('attack: that %s', async (_, changes, expected) => {
    know('opaque', changes)
    expect(await outcome('opaque')).toBe(expected)
  })

  test('attack: a signed token is never asked about, whatever its signature', async () => {
    const { jwk, sign } = await createSigner('ES256', 'one')
    const stranger = await createSigner('ES256', 'one')
    const keys = { kind: 'inline', jwks: { keys: [jwk] } } as const
    const introspection = {
      url: undefined,
      clientId: 'g',
      authentication: SECRET,
      bareTokens: true,
    }
    gate = createGate([issuerOf(desk.issuer, keys, oidc, [], introspection)])
    const claims = { iss: desk.issuer, aud: RESOURCE, sub: 'alice', exp: seconds(60) }
    const forged = await stranger.sign(claims)
    know(forged)
    expect(await outcome(forged)).toBe('bad_signature')
    expect(await outcome(await sign(claims))).toBe('ok')
    expect(desk.requests).toEqual([])
  })

  test('without a seal is not asked about unless the configuration says so', async () => {
    gate = open({ bareTokens: false })
    know('opaque')
    expect(await outcome('opaque')).toBe('malformed_token')
    expect(desk.requests).toEqual([])
  })
})

describe('inside of a seal', () => {
  const seal = (changes: object = {}): string => {
    const value = {
      token: 'opaque',
      resource: RESOURCE,
      client: 'c',
      issuer: desk.issuer,
      ...changes,
    }
    return `pcat_${gate.sealer.seal('access-token', value, gate.clock.now + 300_000)}`
  }

  beforeEach(() => {
    gate = open({ bareTokens: false })
  })

  test('its audience is that of the seal', async () => {
    know('opaque', { aud: undefined, client_id: 'the gateway' })
    expect(await gate.send(seal())).toMatchObject({ authenticated: true, client: 'c' })
  })

  test('attack: the provider was changed, and must not see tokens of the one before', async () => {
    know('opaque')
    expect(await outcome(seal({ issuer: 'https://before.example' }))).toBe('malformed_token')
    expect(await outcome(seal({ issuer: undefined }))).toBe('malformed_token')
    expect(desk.requests).toEqual([])
  })

  test('attack: revoked, expired or unknown', async () => {
    expect(await outcome(seal())).toBe('expired')
    know('old', { exp: 1 })
    expect(await outcome(seal({ token: 'old' }))).toBe('expired')
  })
})

describe('a provider that cannot be asked', () => {
  test('is down: 503, and asked once at a time until it is back', async () => {
    know('opaque')
    desk.down = true
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await outcome(`token-${attempt}`)).toBe('keys_unavailable')
      gate.clock.now += 5_001
    }
    expect(gate.authenticator.ready()).toContain(desk.issuer)
    desk.down = false
    gate.clock.now += 5_001
    expect(await outcome('opaque')).toBe('ok')
    expect(gate.authenticator.ready()).not.toContain('tokens of')
  })

  test('is left alone after failures in a row', async () => {
    desk.status = 500
    for (let attempt = 0; attempt < 20; attempt++) {
      know(`token-${attempt}`)
      expect(await outcome(`token-${attempt}`)).toBe('keys_unavailable')
    }
    expect(desk.requests).toHaveLength(5)
    desk.status = 200
    gate.clock.now += 5_001
    expect(await outcome('token-1')).toBe('ok')
    expect(await outcome('token-2')).toBe('ok')
  })

  test('is slow: only who needs its answer waits for it', async () => {
    know('known')
    know('new')
    expect(await outcome('known')).toBe('ok')
    const release = desk.hold()
    const waiting = outcome('new')
    expect(await outcome('known')).toBe('ok')
    release()
    expect(await waiting).toBe('ok')
  })

  test('keeps what it said before', async () => {
    know('opaque')
    expect(await outcome('opaque')).toBe('ok')
    desk.down = true
    for (let attempt = 0; attempt < 6; attempt++) await gate.send(`token-${attempt}`)
    expect(await outcome('opaque')).toBe('ok')
  })

  test.each<[string, string]>([
    ['an error page', '<html>sorry</html>'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['more than it should', `{"active": true, "x": "${'x'.repeat(70_000)}"}`],
  ])('answers with %s', async (_, body) => {
    desk.tokens.set('opaque', body)
    expect(await outcome('opaque')).toBe('keys_unavailable')
    expect(JSON.stringify(gate.lines)).not.toContain('opaque')
  })

  test('attack: made-up tokens that it answers with 400 shut nobody out', async () => {
    know('good')
    desk.unknownStatus = 400
    for (let attempt = 0; attempt < 20; attempt++) {
      expect(await outcome(`made-up-${attempt}`)).toBe('keys_unavailable')
    }
    expect(await outcome('good')).toBe('ok')
  })

  test('names no place to ask at', async () => {
    gate = open({}, { discovery: [], endpoints: {} })
    expect(await outcome('opaque')).toBe('malformed_token')
  })
})

test('an assertion is never used twice', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = new Secret(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
  gate = open({ authentication: { kind: 'key', key, keyId: undefined } })
  await gate.send('one')
  await gate.send('two')
  const ids = desk.requests.map(
    ({ body }) => decodeJwt(new URLSearchParams(body).get('client_assertion') ?? '').jti,
  )
  expect(new Set(ids).size).toBe(2)
})
