import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Identity } from '../../src/auth/identity.ts'
import { Secret } from '../../src/config/secret.ts'
import type { Introspection } from '../../src/config/snapshot.ts'
import { defineProfile, type ProfileChanges } from '../../src/providers/define-profile.ts'
import { gitlab } from '../../src/providers/gitlab.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { createGate, type Gate, issuerOf, outcomeOf, RESOURCE } from './gate.ts'
import { startTokenDesk, type TokenDesk } from './token-desk.ts'

const SECRET = { kind: 'secret', secret: new Secret('s e:cret'), method: undefined } as const

let desk: TokenDesk
let gate: Gate

function open(changes: Partial<Introspection>, profile: ProfileChanges): Gate {
  const introspection = {
    url: undefined,
    clientId: 'mine',
    authentication: SECRET,
    bareTokens: true,
    ...changes,
  }
  const keys = { kind: 'discovery' } as const
  return createGate([issuerOf(desk.issuer, keys, defineProfile(oidc, profile), [], introspection)])
}

const seconds = (fromNow: number): number => Math.floor(gate.clock.now / 1000) + fromNow

const outcome = async (token: string): Promise<string> => outcomeOf(await gate.send(token))

beforeEach(async () => {
  desk = await startTokenDesk()
})
afterEach(async () => {
  await gate.close()
  await desk.close()
})

describe('a check of the provider of its own, as Google and GitHub have', () => {
  const google = (): ProfileChanges => ({
    title: 'Google',
    tokens: {
      kind: 'opaque',
      check: {
        url: `${desk.issuer}/tokeninfo`,
        method: 'POST',
        token: { in: 'form', name: 'access_token' },
        authenticated: false,
        client: 'aud',
        claims: { sub: 'sub', exp: 'exp', aud: 'aud', scope: 'scope' },
        refused: [400],
      },
    },
  })
  const github = (): ProfileChanges => ({
    title: 'GitHub',
    discovery: [],
    tokens: {
      kind: 'opaque',
      check: {
        url: `${desk.issuer}/applications/{client_id}/token`,
        method: 'POST',
        token: { in: 'json', name: 'access_token' },
        authenticated: true,
        client: 'app.client_id',
        claims: { sub: 'user.id', scope: 'scopes', exp: 'expires_at' },
        refused: [404, 422],
      },
    },
  })
  const seal = (token: string): string => {
    const value = { token, resource: RESOURCE, client: 'c', issuer: desk.issuer }
    return `pcat_${gate.sealer.seal('access-token', value, gate.clock.now + 300_000)}`
  }

  test('Google: also for tokens that look signed, with seconds as text', async () => {
    gate = open({ bareTokens: false, clientId: 'mine' }, google())
    const exp = String(seconds(60))
    desk.tokens.set('ya29.c.b0A', { aud: 'mine', sub: '42', exp, scope: 'openid email' })
    const identity = await gate.send(seal('ya29.c.b0A'))
    expect(identity).toMatchObject({ subject: '42', scopes: ['openid', 'email'] })
    expect((identity as Identity).expiresAt).toBe(Number(exp))
    expect(desk.requests[0]).toMatchObject({ path: '/tokeninfo', body: 'access_token=ya29.c.b0A' })
    expect(gate.authenticator.ready()).toBeUndefined()
  })

  test('GitHub: asked with the secret of the app, numbers as user ids', async () => {
    gate = open({ bareTokens: false, clientId: 'Iv1.x' }, github())
    const user = { id: 583231, login: 'octocat' }
    desk.tokens.set('gho_x', {
      app: { client_id: 'Iv1.x' },
      user,
      scopes: ['repo'],
      expires_at: null,
    })
    expect(await gate.send(seal('gho_x'))).toMatchObject({ subject: '583231', scopes: ['repo'] })
    const pair = Buffer.from('Iv1.x:s+e%3Acret').toString('base64')
    expect(desk.requests[0]).toMatchObject({ path: '/applications/Iv1.x/token' })
    expect(desk.requests[0]?.headers.authorization).toBe(`Basic ${pair}`)
  })

  test('GitLab: asked with the token itself, below the issuer', async () => {
    gate = open({ bareTokens: false, clientId: 'app' }, gitlab)
    desk.tokens.set('glpat', {
      resource_owner_id: 1,
      scope: ['openid', 'read_api'],
      application: { uid: 'app' },
    })
    expect(await gate.send(seal('glpat'))).toMatchObject({
      subject: '1',
      client: 'c',
      scopes: ['openid', 'read_api'],
    })
    expect(desk.requests[0]).toMatchObject({ method: 'GET', path: '/oauth/token/info', body: '' })
    expect(desk.requests[0]?.headers.authorization).toBe('Bearer glpat')
    desk.tokens.set('theirs', { resource_owner_id: 2, scope: [], application: { uid: 'other' } })
    expect(await outcome(seal('theirs'))).toBe('wrong_audience')
    desk.unknownStatus = 401
    expect(await outcome(seal('revoked'))).toBe('expired')
  })

  test('GitHub: a date as the end', async () => {
    gate = open({ bareTokens: false, clientId: 'Iv1.x' }, github())
    const expires_at = new Date(gate.clock.now - 60_000).toISOString()
    desk.tokens.set('ghu_x', { app: { client_id: 'Iv1.x' }, user: { id: 1 }, expires_at })
    expect(await outcome(seal('ghu_x'))).toBe('expired')
  })

  test.each([
    ['Google', google, { aud: 'theirs', sub: '42' }],
    ['GitHub', github, { app: { client_id: 'theirs' }, user: { id: 42 } }],
  ] as const)(
    'attack: a token of another app of %s, sealed or bare',
    async (_, profile, answer) => {
      gate = open({ clientId: 'mine' }, profile())
      desk.tokens.set('theirs', answer)
      expect(await gate.send(seal('theirs'))).toMatchObject({
        kind: 'wrong_audience',
        detail: expect.stringContaining('theirs, wanted mine'),
      })
      expect(await outcome('theirs')).toBe('wrong_audience')
    },
  )

  test.each([
    ['Google', google, { aud: 'mine', sub: '42' }],
    ['GitHub', github, { app: { client_id: 'mine' }, user: { id: 42 } }],
  ] as const)('attack: a token of our own app of %s, but bare', async (_, profile, answer) => {
    gate = open({ clientId: 'mine' }, profile())
    desk.tokens.set('mine', answer)
    expect(await outcome('mine')).toBe('wrong_audience')
    expect(await outcome(seal('mine'))).toBe('ok')
  })

  test.each([
    ['Google', google, 400],
    ['GitHub', github, 404],
    ['GitHub', github, 422],
  ] as const)('%s refuses one with %3$i', async (_, profile, status) => {
    gate = open({ bareTokens: false, clientId: 'mine' }, profile())
    desk.unknownStatus = status
    expect(await outcome(seal('gone'))).toBe('expired')
  })

  test('GitHub refuses our secret: nobody is let in, and the log says why', async () => {
    gate = open({ bareTokens: false, clientId: 'mine' }, github())
    desk.unknownStatus = 401
    expect(await outcome(seal('any'))).toBe('keys_unavailable')
    expect(gate.lines).toMatchObject([{ level: 'warn', fields: { reason: 'HTTP status 401' } }, {}])
  })

  test('attack: an answer that names no client', async () => {
    gate = open({ bareTokens: false, clientId: 'mine' }, google())
    desk.tokens.set('any', { sub: '42' })
    expect(await outcome(seal('any'))).toBe('keys_unavailable')
  })
})
