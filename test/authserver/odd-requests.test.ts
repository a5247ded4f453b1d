import { describe, expect, test } from 'vitest'
import { register } from './gateway.ts'
import { starter } from './starter.ts'

const start = starter()

describe('a registration', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{"redirect_uris":'],
    ['a list', '[]'],
    ['a string', '"client"'],
    ['null', 'null'],
  ])(
    'of %s is an OAuth error, whoever stands for clients at the provider [ODD-1]',
    async (_, body) => {
      for (const strategy of ['relay', 'static'] as const) {
        const { gateway } = await start({
          registration: { strategy },
          ...(strategy === 'static' && { relay: { clientId: 'configured' } }),
        })
        const headers = { 'content-type': 'application/json' }
        const answer = await fetch(`${gateway.issuer}/register`, { method: 'POST', headers, body })
        expect(answer.status).toBe(400)
        expect(await answer.json()).toMatchObject({ error: 'invalid_client_metadata' })
      }
    },
  )

  test('is answered with an id of the gateway, whatever id is asked for [RELAY-4]', async () => {
    const { gateway } = await start()
    const { status, answer } = await register(gateway, {
      client_id: 'mine',
      client_secret: 'mine',
      redirect_uris: ['http://127.0.0.1:33418/callback', 'https://client.example/cb'],
    })
    expect(status).toBe(201)
    expect(answer.client_id).not.toBe('mine')
    expect(answer.redirect_uris).toEqual([
      'http://127.0.0.1:33418/callback',
      'https://client.example/cb',
    ])
  })
})

describe('the token endpoint', () => {
  test.each([
    'client_credentials',
    'password',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:device_code',
    '',
  ])('lends its client at the provider to no other grant: %j [ODD-2]', async grant => {
    const { gateway, provider } = await start()
    const client = await register(gateway, {
      redirect_uris: ['http://127.0.0.1:33418/callback'],
      token_endpoint_auth_method: 'none',
    })
    const before = provider.requests.length
    const body = new URLSearchParams({
      grant_type: grant,
      client_id: client.client_id,
      username: 'alice',
      password: 'alice',
      subject_token: 'x',
      assertion: 'x',
    })
    const answer = await fetch(`${gateway.issuer}/token`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: grant === '' ? 'invalid_request' : 'unsupported_grant_type',
    })
    expect(provider.requests).toHaveLength(before)
  })

  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('is not asked with %s [ODD-3]', async method => {
    const { gateway } = await start()
    for (const endpoint of ['token', 'register', 'revoke']) {
      const answer = await fetch(`${gateway.issuer}/${endpoint}`, { method })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    }
  })
})
