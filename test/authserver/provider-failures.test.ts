import { beforeEach, describe, expect, test } from 'vitest'
import { describable } from '../../src/authserver/oauth-error.ts'
import { defineProfile } from '../../src/providers/define-profile.ts'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { followLogin, type Gateway, login, redeem, register } from './gateway.ts'
import type { QuirkyProvider } from './quirky-provider.ts'
import { starter } from './starter.ts'

const start = starter()
let gateway: Gateway
let provider: QuirkyProvider

describe('while the provider is down', () => {
  beforeEach(async () => {
    ;({ gateway, provider } = await start())
  })

  test('metadata is a JSON error that browsers can read, with the cause in the log alone', async () => {
    provider.down = true
    const response = await fetch(`${gateway.origin}/.well-known/oauth-authorization-server/mcp`)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ error: 'temporarily_unavailable' })
    expect(text).not.toContain('ECONN')
    expect(gateway.lines.some(({ level }) => level === 'error')).toBe(true)
  })

  test('a code can be redeemed again once the provider is back', async () => {
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    provider.down = true
    expect((await redeem(gateway, client, begun, answer)).body.error).toBe(
      'temporarily_unavailable',
    )
    provider.down = false
    expect((await redeem(gateway, client, begun, answer)).status).toBe(200)
  })

  test.each([
    ['HTML with 500', { status: 500, type: 'text/html', body: '<h1>oops</h1>' }, 503],
    ['HTML with 200', { status: 200, type: 'text/html', body: '<h1>login</h1>' }, 500],
    ['an empty 502', { status: 502, type: 'text/plain', body: '' }, 503],
    ['JSON without a token', { status: 200, type: 'application/json', body: '{}' }, 500],
  ])('%s of the token endpoint is a clean error', async (_, override, status) => {
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    provider.tokenOverride = override
    const refused = await redeem(gateway, client, begun, answer)
    expect(refused.status).toBe(status)
    expect(JSON.stringify(refused.body)).not.toContain('h1')
  })

  test("the provider's 401 invalid_client for the client's own client makes it register again", async () => {
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    const body = JSON.stringify({
      error: 'invalid_client',
      error_description: 'Invalid client',
    })
    provider.tokenOverride = { status: 401, type: 'application/json', body }
    const refused = await redeem(gateway, client, begun, answer)
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })
})

describe("the provider's refusal of an authorization [RELAY-12]", () => {
  test.each([
    ['access_denied', 'access_denied'],
    ['invalid_scope', 'invalid_scope'],
    ['login_required', 'login_required'],
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['something_of_its_own', 'server_error'],
  ])('%s reaches the client as %s', async (said, error) => {
    ;({ gateway } = await start(
      {},
      {
        response: parameters => {
          parameters.delete('code')
          parameters.set('error', said)
          parameters.set('error_description', 'because "quoted" \u2028 \\ text')
        },
      },
    ))
    const client = await register(gateway)
    const answer = await followLogin(login(gateway, client).url, client.redirectUri)
    expect(answer.searchParams.get('error')).toBe(error)
    expect(answer.searchParams.get('error_description')).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(answer.searchParams.get('state')).toBe('client state')
    expect(answer.searchParams.get('iss')).toBe(gateway.issuer)
    expect(answer.searchParams.get('code')).toBeNull()
  })
})

describe('a refusal that has a known cause says what to change [RELAY-23]', () => {
  const refusals = Object.values(profiles).flatMap(({ name, hints }) =>
    Object.entries(hints.refusals).map(([said, todo]) => [name, said, todo] as const),
  )

  test.each(refusals)('%s: %s', async (name, said, todo) => {
    const profile = defineProfile(oidc, { hints: profiles[name]?.hints ?? oidc.hints })
    ;({ gateway, provider } = await start({ profile }))
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    const body = JSON.stringify({ error: 'invalid_grant', error_description: `${said}: no.` })
    provider.tokenOverride = { status: 400, type: 'application/json', body }
    const refused = await redeem(gateway, client, begun, answer)
    const told = `${said}: no. To the operator: ${todo}`
    expect(refused.body.error_description).toBe(describable(told))
    expect(gateway.lines.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ description: told }),
    )
  })

  test.each([
    ['okta', 'access_denied', 'Policy evaluation failed for this request'],
    ['cognito', 'invalid_scope', undefined],
  ])('%s, in place of a login: %s', async (name, error, said) => {
    const profile = defineProfile(oidc, { hints: profiles[name]?.hints ?? oidc.hints })
    ;({ gateway } = await start(
      { profile },
      {
        response: parameters => {
          parameters.delete('code')
          parameters.set('error', error)
          if (said !== undefined) parameters.set('error_description', said)
        },
      },
    ))
    const client = await register(gateway)
    const answer = await followLogin(login(gateway, client).url, client.redirectUri)
    expect(answer.searchParams.get('error')).toBe(error)
    expect(answer.searchParams.get('error_description')).toContain('To the operator: in ')
  })
})

describe('a code is bound [RELAY-11]', () => {
  test.each<[string, Record<string, string>, string]>([
    ['its redirect URI', { redirect_uri: 'http://127.0.0.1:33418/other' }, 'invalid_grant'],
    ['its resource', { resource: 'https://other.example/mcp' }, 'invalid_target'],
    ['its verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['a verifier at all', { code_verifier: '' }, 'invalid_request'],
  ])('to %s', async (_, changes, error) => {
    ;({ gateway } = await start())
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    const refused = await redeem(gateway, client, begun, answer, changes)
    expect(refused).toMatchObject({ status: 400, body: { error } })
  })

  test('to sixty seconds', async () => {
    ;({ gateway } = await start())
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    gateway.clock.now += 60_000
    expect((await redeem(gateway, client, begun, answer)).body.error).toBe('invalid_grant')
  })
})

describe("error codes of the provider's own are called by their OAuth names", () => {
  const gone = { error: 'invalid_client' }
  const over = { error: 'invalid_grant' }
  test.each([
    ['keycloak', 401, { error: 'unauthorized_client' }, { status: 401, body: gone }],
    ['auth0', 403, { error: 'access_denied' }, { status: 400, body: over }],
    ['entra', 400, { error: 'interaction_required' }, { status: 400, body: over }],
    ['github', 200, { error: 'bad_verification_code' }, { status: 400, body: over }],
    ['github', 200, { error: 'incorrect_client_credentials' }, { status: 401, body: gone }],
  ])('%s: %i %j', async (name, status, body, expected) => {
    const { errors } = profiles[name] ?? oidc
    for (const [profile, same] of [
      [defineProfile(oidc, { errors }), true],
      [oidc, false],
    ] as const) {
      ;({ gateway, provider } = await start({ profile }))
      const client = await register(gateway)
      const begun = login(gateway, client)
      const answer = await followLogin(begun.url, client.redirectUri)
      provider.tokenOverride = { status, type: 'application/json', body: JSON.stringify(body) }
      const refused = await redeem(gateway, client, begun, answer)
      if (same) expect(refused).toMatchObject(expected)
      else expect(refused).not.toMatchObject(expected)
    }
  })
})
