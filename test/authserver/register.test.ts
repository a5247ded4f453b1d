import { describe, expect, test } from 'vitest'
import { createRegistrationLimits } from '../../src/authserver/limits.ts'
import { Secret } from '../../src/config/secret.ts'
import { keycloak } from '../../src/providers/keycloak.ts'
import { login, REDIRECT_URI, register } from './gateway.ts'
import { starter } from './starter.ts'

const start = starter()

describe('a registration is cut to what there is [RELAY-4]', () => {
  test.each<[string, object, object]>([
    [
      'VS Code: four redirect URIs, device_code, scope',
      {
        client_uri: 'https://code.visualstudio.com',
        grant_types: [
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
        response_types: ['code'],
        redirect_uris: [
          'https://insiders.vscode.dev/redirect',
          'https://vscode.dev/redirect',
          'http://127.0.0.1/',
          'http://127.0.0.1:33418/',
        ],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        scope: 'mcp:tools',
      },
      {
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: [
          'https://insiders.vscode.dev/redirect',
          'https://vscode.dev/redirect',
          'http://127.0.0.1/',
          'http://127.0.0.1:33418/',
        ],
      },
    ],
    [
      'Cursor: three kinds of redirect URIs at once',
      {
        redirect_uris: [
          'cursor://anysphere.cursor-mcp/oauth/callback',
          'https://www.cursor.com/agents/mcp/oauth/callback',
          'http://localhost:8787/callback',
        ],
        token_endpoint_auth_method: 'none',
      },
      { application_type: 'native', token_endpoint_auth_method: 'none' },
    ],
    [
      'mcp-go: resource and an empty scope in the body',
      {
        redirect_uris: [REDIRECT_URI],
        resource: 'http://x/mcp',
        scope: '',
        token_endpoint_auth_method: 'none',
      },
      { grant_types: ['authorization_code', 'refresh_token'] },
    ],
    [
      'Python SDK: no method, so a secret',
      {
        redirect_uris: ['http://localhost:3030/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
      },
      { token_endpoint_auth_method: 'client_secret_basic', client_secret_expires_at: 0 },
    ],
    [
      'methods that do not exist here',
      { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'tls_client_auth' },
      { token_endpoint_auth_method: 'client_secret_basic' },
    ],
    [
      'private_key_jwt without keys',
      { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'private_key_jwt' },
      { token_endpoint_auth_method: 'client_secret_basic' },
    ],
    [
      'private_key_jwt with keys',
      {
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://client.example/jwks',
      },
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://client.example/jwks' },
    ],
    [
      'a web client is taken at its word',
      { redirect_uris: ['https://client.example/cb'], application_type: 'bogus' },
      { application_type: 'web' },
    ],
  ])('%s', async (_, metadata, granted) => {
    const { gateway } = await start()
    const { status, answer } = await register(gateway, metadata)
    expect(status).toBe(201)
    expect(answer).toMatchObject({
      client_name: 'Test client',
      response_types: ['code'],
      ...granted,
    })
    expect(answer).not.toHaveProperty('scope')
    expect(answer).not.toHaveProperty('resource')
  })

  test('has CORS and is kept by nobody', async () => {
    const { gateway } = await start()
    const response = await fetch(`${gateway.issuer}/register`, {
      method: 'POST',
      headers: { origin: 'http://localhost:6274' },
      body: JSON.stringify({ redirect_uris: [REDIRECT_URI] }),
    })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
})

describe('a registration is refused', () => {
  test.each<[string, object, string]>([
    ['no redirect URI', {}, 'invalid_redirect_uri'],
    ['javascript:', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [
      'foreign http',
      { redirect_uris: [REDIRECT_URI, 'http://evil.example/'] },
      'invalid_redirect_uri',
    ],
  ])('%s', async (_, metadata, error) => {
    const { gateway } = await start()
    expect(await register(gateway, metadata)).toMatchObject({ status: 400, answer: { error } })
  })

  test('a body that is no JSON object', async () => {
    const { gateway } = await start()
    const response = await fetch(`${gateway.issuer}/register`, { method: 'POST', body: '[]' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_client_metadata' })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('by the provider: the answer names the policy and what to change', async () => {
    const { gateway } = await start(
      { profile: { ...keycloak, endpoints: {} } },
      { register: () => "Policy 'Trusted Hosts' rejected request" },
    )
    const { status, answer } = await register(gateway)
    expect(status).toBe(400)
    expect(answer.error).toBe('invalid_client_metadata')
    expect(answer.error_description).toContain('Trusted Hosts')
    expect(answer.error_description).toContain('Client registration')
  })

  test('a provider without registration and without clientId says so', async () => {
    const { gateway } = await start(
      {},
      { metadata: ({ registration_endpoint: _, ...rest }) => rest },
    )
    const { answer } = await register(gateway)
    expect(answer).toMatchObject({ error: 'invalid_client_metadata' })
    expect(answer.error_description).toContain('clientId')
    expect(gateway.lines.map(({ message }) => message).join()).toContain('no registration endpoint')
  })
})

describe('what the operator allows', () => {
  test('redirects that are not allowed are left out, and a client with none is refused', async () => {
    const { gateway } = await start({
      registration: { allowRedirects: ['https://claude.ai/*', 'http://localhost:*'] },
    })
    const both = ['https://claude.ai/api/mcp/auth_callback', 'https://evil.example/cb']
    const { answer } = await register(gateway, { redirect_uris: both })
    expect(answer.redirect_uris).toEqual([both[0]])
    const none = await register(gateway, { redirect_uris: ['https://evil.example/cb'] })
    expect(none.answer.error).toBe('invalid_redirect_uri')
  })

  test('a rule that became stricter holds for clients that registered before', async () => {
    const before = await start()
    const client = await register(before.gateway, { redirect_uris: ['https://old.example/cb'] })
    const allowed = { issuer: before.provider.issuer, key: before.gateway.key }
    const { gateway } = await start({
      ...allowed,
      registration: { allowRedirects: ['https://new.example/*'] },
    })
    const response = await gateway.server.handle('authorize', {
      method: 'GET',
      issuer: before.gateway.issuer,
      origin: before.gateway.origin,
      resource: before.gateway.resource,
      scopes: [],
      query: login(before.gateway, client).url.search.slice(1),
      headers: {},
      body: '',
      address: '',
    })
    expect(response.status).toBe(400)
  })

  test('the initial access token goes to the provider', async () => {
    const { gateway, provider } = await start({
      registration: { initialAccessToken: new Secret('initial') },
    })
    await register(gateway)
    const [registration] = provider.requests.filter(({ path }) => path === '/reg')
    expect(registration?.headers.authorization).toBe('Bearer initial')
  })

  test('a client id ends with its ttl', async () => {
    const { gateway } = await start({ registration: { ttlMs: 3_600_000 } })
    const client = await register(gateway, { redirect_uris: [REDIRECT_URI] })
    expect(client.answer.client_secret_expires_at).toBe(
      Math.floor((gateway.clock.now + 3_600_000) / 1000),
    )
    gateway.clock.now += 3_600_001
    const response = await fetch(login(gateway, client).url, { redirect: 'manual' })
    expect(response.status).toBe(400)
  })
})

describe('limits', () => {
  test('per address and hour, and in total', () => {
    let now = 0
    const limits = createRegistrationLimits({ perAddressPerHour: 2, perDay: 3 }, () => now)
    expect(limits.take('192.0.2.1')).toBeUndefined()
    expect(limits.take('192.0.2.1')).toBeUndefined()
    expect(limits.take('192.0.2.1')).toBe(3600)
    expect(limits.take('192.0.2.2')).toBeUndefined()
    expect(limits.take('192.0.2.3')).toBe(86_400)
    now = 3_600_000
    expect(limits.take('192.0.2.1')).toBe(82_800)
    now = 86_400_000
    expect(limits.take('192.0.2.1')).toBeUndefined()
  })

  test('addresses of one IPv6 network are one', () => {
    const limits = createRegistrationLimits({ perAddressPerHour: 1, perDay: 9 }, () => 0)
    expect(limits.take('2001:db8:1:2::1')).toBeUndefined()
    expect(limits.take('2001:db8:1:2:ffff::9')).toBe(3600)
    expect(limits.take('2001:db8:1:3::1')).toBeUndefined()
    expect(limits.take('::1')).toBeUndefined()
    expect(limits.take('::ffff:192.0.2.1')).toBeUndefined()
    expect(limits.take('::ffff:192.0.2.2')).toBeUndefined()
  })
})
