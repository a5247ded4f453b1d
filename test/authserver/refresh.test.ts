import { describe, expect, test } from 'vitest'
import { cognito } from '../../src/providers/cognito.ts'
import { github } from '../../src/providers/github.ts'
import { google } from '../../src/providers/google.ts'
import { keycloak } from '../../src/providers/keycloak.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { logInOnce, refresh, register } from './gateway.ts'
import { starter } from './starter.ts'

const start = starter()

describe('a refresh', () => {
  test('is made once for thirty at a time, as the provider kills the session otherwise', async () => {
    const { gateway, provider } = await start()
    const { client, tokens } = await logInOnce(gateway)
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => refresh(gateway, client, tokens.body.refresh_token)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(1)
    const asked = provider.requests.filter(
      ({ parameters }) => parameters.get('grant_type') === 'refresh_token',
    )
    expect(asked).toHaveLength(1)
    expect((await refresh(gateway, client, answers[0]?.body.refresh_token)).status).toBe(200)
  })

  test('whose answer was lost gets it again for ten seconds, and then never', async () => {
    const { gateway } = await start()
    const { client, tokens } = await logInOnce(gateway)
    const first = await refresh(gateway, client, tokens.body.refresh_token)
    gateway.clock.now += 9_000
    const again = await refresh(gateway, client, tokens.body.refresh_token)
    expect(again.body).toEqual(first.body)
    gateway.clock.now += 2_000
    const late = await refresh(gateway, client, tokens.body.refresh_token)
    expect(late).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('that failed is not repeated from memory', async () => {
    const { gateway, provider } = await start()
    const { client, tokens } = await logInOnce(gateway)
    provider.down = true
    const failed = await refresh(gateway, client, tokens.body.refresh_token)
    expect(failed.body.error).toBe('temporarily_unavailable')
    provider.down = false
    expect((await refresh(gateway, client, tokens.body.refresh_token)).status).toBe(200)
  })

  test('that asks for more than was granted is cut, not refused', async () => {
    const { gateway, provider } = await start()
    const { client, tokens } = await logInOnce(gateway)
    const scope = 'openid mcp:tools mcp:admin offline_access'
    const renewed = await refresh(gateway, client, tokens.body.refresh_token, { scope })
    expect(renewed).toMatchObject({ status: 200, body: { scope: 'mcp:tools' } })
    expect(provider.requests.at(-1)?.parameters.get('scope')).toBe('mcp:tools')
  })

  test('for another resource is invalid_target', async () => {
    const { gateway } = await start()
    const { client, tokens } = await logInOnce(gateway)
    const refused = await refresh(gateway, client, tokens.body.refresh_token, {
      resource: 'https://other.example/mcp',
    })
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
  })

  test('by another client is invalid_grant, within the grace as well', async () => {
    const { gateway } = await start()
    const { client, tokens } = await logInOnce(gateway)
    const other = await register(gateway)
    await refresh(gateway, client, tokens.body.refresh_token)
    const refused = await refresh(gateway, other, tokens.body.refresh_token)
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('without a new refresh token goes on with the old one', async () => {
    let answers = 0
    const { gateway } = await start(
      {},
      {
        tokenAnswer: ({ refresh_token, ...answer }) =>
          answers++ === 0 ? { ...answer, refresh_token } : answer,
      },
    )
    const { client, tokens } = await logInOnce(gateway)
    const renewed = await refresh(gateway, client, tokens.body.refresh_token)
    expect(renewed.body.refresh_token).toBe(tokens.body.refresh_token)
  })

  test.each([cognito, google, github])('at $title says no scope', async profile => {
    const { gateway, provider } = await start({
      profile: { ...oidc, refresh: profile.refresh },
    })
    const { client, tokens } = await logInOnce(gateway)
    const renewed = await refresh(gateway, client, tokens.body.refresh_token, {
      scope: 'mcp:tools',
    })
    expect(renewed.status).toBe(200)
    expect(provider.requests.at(-1)?.parameters.has('scope')).toBe(false)
  })

  test('with a scope keeps the scope that carries the audience', async () => {
    const profile = {
      ...keycloak,
      endpoints: {},
      audience: { kind: 'scope', scope: 'email' },
    } as const
    const { gateway, provider } = await start({ profile })
    const { client, tokens } = await logInOnce(gateway, undefined, { scope: 'openid profile' })
    expect(tokens.body.scope).toBe('openid profile')
    const renewed = await refresh(gateway, client, tokens.body.refresh_token, { scope: 'profile' })
    expect(provider.requests.at(-1)?.parameters.get('scope')).toBe('profile email')
    expect(renewed.body.scope).toBe('profile')
  })
})
