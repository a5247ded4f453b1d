import { beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import {
  claimsOf,
  followLogin,
  type Gateway,
  logInOnce,
  login,
  REDIRECT_URI,
  redeem,
  refresh,
  register,
} from './gateway.ts'
import type { QuirkyProvider } from './quirky-provider.ts'
import { starter } from './starter.ts'

const start = starter()
let gateway: Gateway
let provider: QuirkyProvider

describe('from registration to revocation', () => {
  beforeEach(async () => {
    ;({ gateway, provider } = await start())
  })

  test('a client logs in, refreshes and revokes [RELAY-17]', async () => {
    const { client, answer, tokens } = await logInOnce(gateway)
    expect(answer.searchParams.get('state')).toBe('client state')
    expect(answer.searchParams.get('iss')).toBe(gateway.issuer)
    expect(tokens.status).toBe(200)
    expect(tokens.headers.get('cache-control')).toBe('no-store')
    expect(tokens.headers.get('access-control-allow-origin')).toBe('*')
    expect(tokens.body).toMatchObject({ token_type: 'Bearer', scope: 'mcp:tools' })
    expect(new Set(Object.keys(tokens.body))).toEqual(
      new Set(['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type']),
    )
    expect(claimsOf(tokens.body.access_token)).toMatchObject({
      aud: gateway.resource,
      sub: 'alice',
    })

    const renewed = await refresh(gateway, client, tokens.body.refresh_token)
    expect(renewed.status).toBe(200)
    expect(renewed.body.access_token).not.toBe(tokens.body.access_token)

    expect((await revoke(renewed.body.refresh_token, client.client_id)).status).toBe(200)
    const dead = await refresh(gateway, client, renewed.body.refresh_token)
    expect(dead).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('what the provider sees is the gateway and nothing of the client', async () => {
    await logInOnce(gateway)
    const [registration] = provider.requests.filter(({ path }) => path === '/reg')
    expect(registration?.headers.origin).toBeUndefined()
    expect(JSON.parse(registration?.body ?? '')).toEqual({
      client_name: 'Test client (127.0.0.1:33418)',
      redirect_uris: [`${gateway.origin}/oauth/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'native',
    })
    const [authorization] = provider.requests.filter(({ path }) => path === '/auth')
    expect(authorization?.parameters.get('redirect_uri')).toBe(`${gateway.origin}/oauth/callback`)
    expect(authorization?.parameters.get('state')).not.toBe('client state')
    expect(authorization?.parameters.get('state')?.length).toBeLessThan(2000)
  })

  test('another replica with the same key goes on where this one stopped', async () => {
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    const { gateway: other } = await start({ issuer: provider.issuer, key: gateway.key })
    const response = await other.server.handle('token', {
      method: 'POST',
      issuer: gateway.issuer,
      origin: gateway.origin,
      resource: gateway.resource,
      scopes: [],
      query: '',
      headers: {},
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: answer.searchParams.get('code') ?? '',
        client_id: client.client_id,
        code_verifier: begun.verifier,
      }).toString(),
      address: '',
    })
    expect(response.status).toBe(200)
  })

  test('a very long state of the client comes back unchanged', async () => {
    const state = 'long '.repeat(600)
    const { answer, tokens } = await logInOnce(gateway, undefined, { state })
    expect(answer.searchParams.get('state')).toBe(state)
    expect(tokens.status).toBe(200)
    const [authorization] = provider.requests.filter(({ path }) => path === '/auth')
    expect(authorization?.parameters.get('state')?.length).toBeLessThan(2000)
  })

  test('a request without resource and scope is for this resource and the scopes of the route', async () => {
    const { tokens } = await logInOnce(gateway, undefined, {
      resource: undefined,
      scope: undefined,
    })
    expect(tokens.body.scope).toBe('mcp:tools')
    expect(claimsOf(tokens.body.access_token).aud).toBe(gateway.resource)
  })

  test('a resource with a final slash is this one', async () => {
    const { tokens } = await logInOnce(gateway, undefined, { resource: `${gateway.resource}/` })
    expect(tokens.status).toBe(200)
  })

  test('any loopback port is right for a registered loopback redirect', async () => {
    const client = await register(gateway)
    const redirectUri = 'http://127.0.0.1:61234/callback'
    const begun = login(gateway, { ...client, redirectUri })
    const answer = await followLogin(begun.url, redirectUri)
    const tokens = await redeem(gateway, { ...client, redirectUri }, begun, answer)
    expect(tokens.status).toBe(200)
  })
})

describe('strategies', () => {
  test('static: the configured client stands for everybody', async () => {
    ;({ gateway, provider } = await start({
      registration: { strategy: 'static' },
      prepare: async (origin, issuer) => {
        const made = await fetch(`${issuer}/reg`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ redirect_uris: [`${origin}/oauth/callback`] }),
        })
        const { client_id, client_secret } = (await made.json()) as Record<string, string>
        return { clientId: client_id, clientSecret: new Secret(client_secret ?? '') }
      },
    }))
    const { client, tokens } = await logInOnce(gateway)
    expect(tokens.status).toBe(200)
    expect((await refresh(gateway, client, tokens.body.refresh_token)).status).toBe(200)
    const sealed = gateway.sealer.open('refresh-token', String(tokens.body.refresh_token))
    expect(sealed).toMatchObject({ p: { id: gateway.relay.clientId } })
    expect(JSON.stringify(sealed)).not.toContain(gateway.relay.clientSecret?.reveal())
    expect(provider.requests.filter(({ path }) => path === '/reg')).toHaveLength(1)
  })

  test('shared: one registration at the provider for all clients', async () => {
    ;({ gateway, provider } = await start({ registration: { strategy: 'shared' } }))
    expect((await logInOnce(gateway)).tokens.status).toBe(200)
    expect((await logInOnce(gateway)).tokens.status).toBe(200)
    expect(provider.requests.filter(({ path }) => path === '/reg')).toHaveLength(1)
  })

  test('shared: a client that was deleted at the provider is registered anew', async () => {
    ;({ gateway, provider } = await start({ registration: { strategy: 'shared' } }))
    expect((await logInOnce(gateway)).tokens.status).toBe(200)
    await provider.forgetClients()
    gateway.clock.now += 600_000
    expect((await logInOnce(gateway)).tokens.status).toBe(200)
    expect(provider.requests.filter(({ path }) => path === '/reg')).toHaveLength(2)
  })

  test('none: nobody registers, but a client of the operator logs in', async () => {
    ;({ gateway, provider } = await start({ registration: { strategy: 'none' } }))
    const refused = await register(gateway)
    expect(refused).toMatchObject({ status: 403, answer: { error: 'access_denied' } })
  })

  test('a client that the operator registered by hand logs in beside the others', async () => {
    ;({ gateway, provider } = await start({
      relay: {
        clients: [
          { id: 'desk', secret: new Secret('s3cret'), redirectUris: [REDIRECT_URI], name: 'Desk' },
        ],
      },
    }))
    const client = { client_id: 'desk', client_secret: 's3cret', redirectUri: REDIRECT_URI }
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, REDIRECT_URI)
    expect((await redeem(gateway, client, begun, answer)).status).toBe(200)
  })
})

function revoke(token: unknown, client_id: string): Promise<Response> {
  const body = new URLSearchParams({ token: String(token), client_id })
  return fetch(`${gateway.issuer}/revoke`, { method: 'POST', body })
}
