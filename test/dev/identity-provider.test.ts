import { createHash, randomBytes } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { createBrowser, logIn } from './browser.ts'

const RESOURCE = 'http://localhost:3000/mcp'
const REDIRECT = 'http://127.0.0.1:5001/callback'
const log = createLog({ level: 'silent', format: 'json' })

let provider: IdentityProvider
let metadata: Record<string, string & string[]>

beforeAll(async () => {
  provider = await startIdentityProvider({
    port: 0,
    log,
    accepts: resource => resource.startsWith('http://localhost:3000/'),
    fetch: async () =>
      Response.json({
        client_id: 'https://client.example/metadata.json',
        client_name: 'From a document',
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token', 'device_code'],
      }),
  })
  const response = await fetch(`${provider.issuer}/.well-known/oauth-authorization-server`)
  metadata = (await response.json()) as typeof metadata
})

afterAll(() => provider.close())

type Client = { client_id: string; scope?: string; grant_types: string[] }

async function register(members: object = {}): Promise<Client> {
  const response = await fetch(metadata.registration_endpoint!, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://browser.example' },
    body: JSON.stringify({
      client_name: 'Test <client>',
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
      ...members,
    }),
  })
  expect(response.status).toBe(201)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  return (await response.json()) as Client
}

function authorization(clientId: string, parameters: Readonly<Record<string, string>> = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(metadata.authorization_endpoint!)
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: REDIRECT,
    response_type: 'code',
    state: 'the state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: RESOURCE,
    ...parameters,
  }).toString()
  return { url, verifier }
}

type Tokens = {
  access_token: string
  refresh_token: string
  scope: string
  error: string
}

async function token(parameters: Readonly<Record<string, string>>) {
  const response = await fetch(metadata.token_endpoint!, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  })
  return { status: response.status, body: (await response.json()) as Tokens }
}

async function logInAs(user: string, scope: Readonly<Record<string, string>> = {}) {
  const { client_id } = await register()
  const { url, verifier } = authorization(client_id, scope)
  const answer = await logIn(url, user)
  const code = answer.searchParams.get('code') ?? ''
  const { body } = await token({
    grant_type: 'authorization_code',
    client_id,
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT,
    resource: RESOURCE,
  })
  return { client_id, answer, tokens: body }
}

test('metadata offers what the MCP authorization specification asks for', () => {
  expect(metadata).toMatchObject({
    issuer: provider.issuer,
    code_challenge_methods_supported: ['S256'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
    registration_endpoint: `${provider.issuer}/reg`,
    revocation_endpoint: expect.any(String),
    introspection_endpoint: expect.any(String),
  })
  expect(metadata.scopes_supported).not.toContain('offline_access')
})

test('a login gives a JWT for the resource, with roles and without rights of others', async () => {
  const { answer, tokens } = await logInAs('alice', { scope: 'mcp:tools mcp:admin' })
  expect(answer.searchParams.get('iss')).toBe(provider.issuer)
  expect(answer.searchParams.get('state')).toBe('the state')
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri!))
  const { payload } = await jwtVerify(tokens.access_token, keys, {
    issuer: provider.issuer,
    audience: RESOURCE,
    typ: 'at+jwt',
  })
  expect(payload).toMatchObject({
    sub: 'alice',
    roles: ['admin', 'user'],
    scope: 'mcp:tools mcp:admin',
  })
})

test('the first scope is given to a client that asks for none', async () => {
  const { tokens } = await logInAs('bob')
  expect(tokens.scope).toBe('mcp:tools')
})

test('refresh tokens are rotated and keep the audience', async () => {
  const { client_id, tokens } = await logInAs('bob')
  const refresh = { grant_type: 'refresh_token', client_id, refresh_token: tokens.refresh_token }
  const first = await token(refresh)
  expect(first.status).toBe(200)
  expect(first.body.refresh_token).not.toBe(tokens.refresh_token)
  const claims = JSON.parse(
    Buffer.from(first.body.access_token.split('.')[1]!, 'base64url').toString(),
  ) as { aud: string }
  expect(claims.aud).toBe(RESOURCE)
  expect(await token(refresh)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('registration drops what would lock a client in', async () => {
  const client = await register({
    scope: 'mcp:tools',
    grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
  })
  expect(client.scope).toBeUndefined()
  expect(client.grant_types).toEqual(['authorization_code'])
})

test('browsers may ask whether they may register', async () => {
  const response = await fetch(metadata.registration_endpoint!, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://browser.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,mcp-protocol-version',
    },
  })
  expect(response.status).toBe(204)
  expect(response.headers.get('access-control-allow-headers')).toBe(
    'content-type,mcp-protocol-version',
  )
})

describe('refusals', () => {
  const denied = async (parameters: Readonly<Record<string, string>>) => {
    const { client_id } = await register()
    const { url } = authorization(client_id, parameters)
    for (const [name, value] of Object.entries(parameters)) {
      if (value === '') url.searchParams.delete(name)
    }
    const page = await createBrowser(target => target.href.startsWith(REDIRECT)).open(url.href)
    return page.url.searchParams.get('error')
  }

  test('no PKCE', async () => {
    expect(await denied({ code_challenge: '', code_challenge_method: '' })).toBe('invalid_request')
  })

  test('plain PKCE', async () => {
    expect(await denied({ code_challenge_method: 'plain' })).toBe('invalid_request')
  })

  test('a resource that is not served here', async () => {
    expect(await denied({ resource: 'https://other.example/mcp' })).toBe('invalid_target')
  })

  test('a wrong password, and a user who denies', async () => {
    const { client_id } = await register()
    const browser = createBrowser(url => url.href.startsWith(REDIRECT))
    const login = await browser.open(authorization(client_id).url.href)
    expect(login.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(login.html).toContain('Test &#60;client&#62;')
    const again = await browser.submit(login, { user: 'alice', password: 'bob' })
    expect(again.status).toBe(401)
    expect(again.html).toContain('role="alert"')
    const consent = await browser.submit(again, { user: 'alice', password: 'alice' })
    expect(consent.html).toContain('mcp:tools')
    const answer = await browser.submit(consent, { decision: 'deny' })
    expect(answer.url.searchParams.get('error')).toBe('access_denied')
  })

  test('a login that another browser started', async () => {
    const { client_id } = await register()
    const login = await createBrowser(() => false).open(authorization(client_id).url.href)
    const stranger = await createBrowser(() => false).open(login.url.href)
    expect(stranger.status).toBe(400)
    expect(stranger.html).toContain('another browser')
  })
})

test('a client metadata document is a registration, with any loopback port', async () => {
  const { url, verifier } = authorization('https://client.example/metadata.json')
  const answer = await logIn(url, 'bob')
  const { status } = await token({
    grant_type: 'authorization_code',
    client_id: 'https://client.example/metadata.json',
    code: answer.searchParams.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: REDIRECT,
  })
  expect(status).toBe(200)
})

test('two providers never share a key name', async () => {
  const other = await startIdentityProvider({ port: 0, log })
  const keyIds = await Promise.all(
    [provider.issuer, other.issuer].map(async issuer => {
      const response = await fetch(`${issuer}/jwks`)
      return ((await response.json()) as { keys: { kid: string }[] }).keys[0]?.kid
    }),
  )
  await other.close()
  expect(new Set(keyIds).size).toBe(2)
})
