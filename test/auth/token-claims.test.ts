import type { JWTPayload } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Authentication } from '../../src/config/snapshot.ts'
import { custom } from '../../src/providers/custom.ts'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { configureProfile } from '../../src/providers/options.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'
import { createGate, type Gate, issuerOf, outcomeOf, RESOURCE } from './gate.ts'
import { createSigner, type Signer } from './provider.ts'

const ISSUER = 'https://idp.example/realms/tools'

describe('claims of a token with a good signature', () => {
  let signer: Signer
  let gate: Gate

  beforeAll(async () => {
    signer = await createSigner('ES256', 'one')
    open()
  })
  afterEach(() => open())
  afterAll(() => gate.close())

  function open(
    profile: ProviderProfile = oidc,
    audiences: readonly string[] = [],
    changes: Partial<Authentication> = {},
  ): void {
    const keys = { kind: 'inline', jwks: { keys: [signer.jwk] } } as const
    gate = createGate([issuerOf(ISSUER, keys, profile, audiences)], changes)
  }

  function seconds(): number {
    return Math.floor(gate.clock.now / 1000)
  }

  async function show(changes: JWTPayload, header = {}): Promise<unknown> {
    const claims = { iss: ISSUER, aud: RESOURCE, sub: 'alice', exp: seconds() + 600, ...changes }
    return gate.send(await signer.sign(claims, header))
  }

  async function outcome(changes: JWTPayload, header = {}): Promise<string> {
    return outcomeOf((await show(changes, header)) as Parameters<typeof outcomeOf>[0])
  }

  describe('a list of clients in place of an audience', () => {
    const { profile } = configureProfile(custom, { claims: { audience: ['azp'] } })

    it.each([
      ['one of them, whatever aud says', { azp: 'desk', aud: 'account' }, 'ok'],
      ['another one', { azp: 'other', aud: RESOURCE }, 'wrong_audience'],
      ['none', { azp: undefined, aud: 'desk' }, 'wrong_audience'],
    ])('a token of %s [TOKEN-7]', async (_, claims, is) => {
      open(profile, ['desk'])
      expect(await outcome(claims)).toBe(is)
    })
  })

  describe('audience', () => {
    it.each([
      [RESOURCE],
      [`${RESOURCE}/`],
      ['http://gw.example:80/mcp'],
      ['HTTP://GW.Example/mcp'],
      [['account', RESOURCE]],
    ])('takes %j [TOKEN-7]', async aud => {
      expect(await outcome({ aud })).toBe('ok')
    })

    it.each([
      ['another path', 'http://gw.example/other'],
      ['a longer path', 'http://gw.example/mcp2'],
      ['a suffix', 'http://gw.example/mcp.evil'],
      ['a sub-path', 'http://gw.example/mcp/admin'],
      ['two slashes', 'http://gw.example/mcp//'],
      ['the origin alone', 'http://gw.example'],
      ['a longer host', 'http://gw.example.evil.example/mcp'],
      ['the resource as a user name', 'http://gw.example@evil.example/mcp'],
      ['a user name before the host', 'http://evil@gw.example/mcp'],
      ['another port', 'http://gw.example:8080/mcp'],
      ['the default port of another scheme', 'http://gw.example:443/mcp'],
      ['another scheme', 'https://gw.example/mcp'],
      ['another case of the path', 'http://gw.example/MCP'],
      ['dots that lead to the resource', 'http://gw.example/x/../mcp'],
      ['an encoded path', 'http://gw.example/%6dcp'],
      ['a query', 'http://gw.example/mcp?x=/'],
      ['the resource inside a text', `x ${RESOURCE}`],
      ['all in one text', `account ${RESOURCE}`],
      ['nothing', ''],
      ['an empty list', []],
      ['a list in a list', [[RESOURCE]]],
      ['an object', { [RESOURCE]: true }],
      ['the client', 'client'],
    ])('attack: a token for %s [TOKEN-6]', async (_name, aud) => {
      expect(await outcome({ aud: aud as string })).toBe('wrong_audience')
    })

    it('says what was got and what was wanted', async () => {
      expect(await show({ aud: ['http://gw.example/mcp2', 'account'] })).toMatchObject({
        detail: `audience is http://gw.example/mcp2 account, this resource is ${RESOURCE}`,
      })
    })

    it('says in the words of the provider what to change when there is none [TOKEN-8]', async () => {
      open(profiles.keycloak)
      const answer = await show({ aud: undefined } as unknown as JWTPayload)
      expect(answer).toMatchObject({
        kind: 'wrong_audience',
        detail: `the token has no audience (aud), this resource is ${RESOURCE}`,
        hint: expect.stringMatching(/Keycloak.*audience mapper.*http:\/\/gw\.example\/mcp/),
      })
      expect(gate.lines[0]).toMatchObject({
        level: 'info',
        fields: { reason: 'wrong_audience', hint: expect.stringContaining('audience mapper') },
      })
    })

    it('takes any of the configured audiences, and the resource no longer [TOKEN-6]', async () => {
      open(oidc, ['read:all', 'mcp_proxy'])
      expect(await outcome({ aud: 'mcp_proxy' })).toBe('ok')
      expect(await outcome({ aud: 'READ:ALL' })).toBe('wrong_audience')
      expect(await show({ aud: RESOURCE })).toMatchObject({
        detail: `audience is ${RESOURCE}, wanted read:all or mcp_proxy`,
      })
    })

    it('leaves the query of an audience alone', async () => {
      open(oidc, ['http://gw.example/mcp?x='])
      expect(await outcome({ aud: 'http://gw.example/mcp?x=/' })).toBe('wrong_audience')
      expect(await outcome({ aud: 'http://gw.example/mcp?x=' })).toBe('ok')
    })

    it('shortens what a token claims', async () => {
      const answer = (await show({ aud: 'x'.repeat(5000) })) as { detail: string }
      expect(answer.detail.length).toBeLessThan(300)
    })
  })

  describe('time', () => {
    it('refuses an expired token and says when it expired [CHAL-4]', async () => {
      gate.clock.now = Date.UTC(2026, 6, 28, 12, 0, 0)
      expect(await show({ exp: seconds() - 3600 })).toMatchObject({
        kind: 'expired',
        detail: 'the token expired at 2026-07-28T11:00:00Z',
      })
    })

    it('allows clocks to be half a minute apart [TOKEN-10]', async () => {
      expect(await outcome({ exp: seconds() - 29 })).toBe('ok')
      expect(await outcome({ exp: seconds() - 31 })).toBe('expired')
      expect(await outcome({ nbf: seconds() + 29 })).toBe('ok')
      expect(await outcome({ nbf: seconds() + 31 })).toBe('not_yet_valid')
    })

    it('wants exp unless the configuration does not [TOKEN-9]', async () => {
      const withoutExp = { exp: undefined } as unknown as JWTPayload
      expect(await show(withoutExp)).toMatchObject({
        kind: 'missing_claim',
        detail: 'the token has no claim exp',
      })
      open(oidc, [], { requiredClaims: [] })
      expect(await outcome(withoutExp)).toBe('ok')
    })

    it.each([
      ['a text', '4102444800'],
      ['milliseconds', Date.UTC(2026, 6, 28)],
      ['negative', -1],
      ['a list', [4102444800]],
      ['a truth', true],
    ])('refuses an exp that is %s', async (_name, exp) => {
      expect(await outcome({ exp: exp as number })).toBe('malformed_token')
    })

    it('refuses an nbf that is no number', async () => {
      expect(await outcome({ nbf: 'soon' as unknown as number })).toBe('malformed_token')
    })
  })

  describe('issuer', () => {
    it.each([
      `${ISSUER}/`,
      'https://idp.example/realms/Tools',
      'https://idp.example/realms/tools2',
      'https://evil.example',
      '',
    ])('attack: a token that says it comes from "%s" [TOKEN-5]', async iss => {
      expect(await outcome({ iss })).toBe('wrong_issuer')
    })

    it('says what was got and what was wanted', async () => {
      expect(await show({ iss: `${ISSUER}/` })).toMatchObject({
        detail: `issuer is ${ISSUER}/, wanted ${ISSUER}`,
        hint: expect.stringContaining('slash'),
      })
    })

    it('refuses a token without issuer', async () => {
      expect(await outcome({ iss: undefined } as unknown as JWTPayload)).toBe('missing_claim')
      expect(await outcome({ iss: [ISSUER] } as unknown as JWTPayload)).toBe('wrong_issuer')
    })
  })

  describe('kind of token', () => {
    it.each(['at+jwt', 'application/at+jwt', 'AT+JWT', 'JWT', 'jwt', undefined])(
      'takes the type %s',
      async typ => {
        expect(await outcome({}, { typ })).toBe('ok')
      },
    )

    it.each(['logout+jwt', 'dpop+jwt', 'id_token', 'secevent+jwt', 'client-authentication+jwt', 7])(
      'attack: a JWT of the type %s',
      async typ => {
        expect(await outcome({}, { typ })).toBe('wrong_token_type')
      },
    )

    it('attack: an ID token, known by at_hash, for the same audience [TOKEN-11]', async () => {
      expect(await show({ at_hash: 'abc' })).toMatchObject({
        kind: 'wrong_token_type',
        detail: 'the token has the claim at_hash: it is no access token',
      })
    })

    it.each(['ID', 'Refresh', 'Offline', 'Logout'])(
      'attack: a Keycloak token of the kind %s',
      async typ => {
        open(profiles.keycloak)
        expect(await outcome({ typ })).toBe('wrong_token_type')
        expect(await outcome({ typ: 'Bearer' })).toBe('ok')
      },
    )

    it('wants the marks of an access token that the profile names', async () => {
      open({ ...oidc, tokens: { ...oidc.tokens, require: { token_use: ['access'] } } })
      expect(await outcome({ token_use: 'access' })).toBe('ok')
      expect(await outcome({ token_use: 'id' })).toBe('wrong_token_type')
      expect(await outcome({})).toBe('wrong_token_type')
    })

    it('refuses what is no signed JWT with a hint about audiences', async () => {
      open(profiles.auth0)
      for (const token of ['opaque', 'a.b', 'a.b.c', 'a.b.c.d.e', '..', 'undefined', 'null']) {
        expect(await gate.send(token), token).toMatchObject({
          kind: 'malformed_token',
          hint: expect.stringContaining('create an API whose identifier is exactly'),
        })
      }
    })
  })

  it('wants the claims that the configuration requires [TOKEN-17]', async () => {
    open(oidc, [], { requiredClaims: ['exp', 'realm_access.roles'] })
    expect(await outcome({})).toBe('missing_claim')
    expect(await outcome({ realm_access: { roles: [] } })).toBe('ok')
  })
})
