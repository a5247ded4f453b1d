import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clientUrlProblem } from '../../src/authserver/client-metadata-document.ts'
import { type DocumentHost, startDocumentHost } from './document-host.ts'
import {
  followLogin,
  type Gateway,
  type GatewayOptions,
  login,
  redeem,
  refresh,
  requestToken,
  type TestClient,
} from './gateway.ts'
import { starter } from './starter.ts'

const start = starter()
const REDIRECT_URI = 'http://localhost:61999/callback'
let host: DocumentHost

beforeAll(async () => {
  host = await startDocumentHost()
})

afterAll(() => host.close())

beforeEach(() => {
  host.documents.clear()
  host.requests.length = 0
  host.broken = false
  for (const name of Object.keys(host.headers)) delete host.headers[name]
})

/** Publishes a document and gives the client that it describes. */
function publish(changes: Record<string, unknown> = {}, path = '/client.json'): TestClient {
  const client_id = `${host.origin}${path}`
  host.documents.set(path, {
    client_id,
    client_name: 'Documented client',
    redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
    ...changes,
  })
  return { client_id, redirectUri: REDIRECT_URI }
}

function trusting(options: Partial<GatewayOptions> = {}): ReturnType<typeof start> {
  return start({ fetch: { ca: host.ca, allowPrivate: true }, ...options })
}

async function pageOf(gateway: Gateway, client: TestClient): Promise<string> {
  return (await fetch(login(gateway, client).url, { redirect: 'manual' })).text()
}

describe('a client whose id is the URL of its metadata', () => {
  test('logs in on any port, refreshes, and shares one client at the provider', async () => {
    const { gateway, provider } = await trusting()
    const client = publish({
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
    })
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, REDIRECT_URI)
    const tokens = await redeem(gateway, client, begun, answer)
    expect(tokens.status).toBe(200)
    expect((await refresh(gateway, client, tokens.body.refresh_token)).status).toBe(200)
    expect(provider.requests.filter(({ path }) => path === '/reg')).toHaveLength(1)
  })

  test('is named on the consent page with its URL and the host that gets the answer', async () => {
    const { gateway } = await trusting()
    const html = await pageOf(gateway, publish())
    expect(html).toContain('Documented client')
    expect(html).toContain(`${host.origin}/client.json`)
    expect(html).toContain('localhost:61999')
    expect(html).toContain('class="warning"')
  })

  test.each<[string, Record<string, unknown> | string, string]>([
    ['another client_id', { client_id: 'https://evil.example/client.json' }, 'names the client_id'],
    ['no name', { client_name: undefined }, 'no client_name'],
    ['no redirect URIs', { redirect_uris: undefined }, 'no usable redirect_uris'],
    ['only unusable redirect URIs', { redirect_uris: ['javascript:alert(1)'] }, 'no usable'],
    ['a shared secret', { token_endpoint_auth_method: 'client_secret_basic' }, 'private_key_jwt'],
    ['keys that are missing', { token_endpoint_auth_method: 'private_key_jwt' }, 'private_key_jwt'],
    ['HTML', '<h1>hello</h1>', 'not JSON'],
    ['a JSON list', '[]', 'names the client_id'],
  ])('with %s is refused with a page', async (_, changes, problem) => {
    const { gateway } = await trusting()
    const client = publish(typeof changes === 'string' ? {} : changes)
    if (typeof changes === 'string') host.documents.set('/client.json', changes)
    expect(await pageOf(gateway, client)).toContain(problem)
  })

  test('whose document is missing or too long is refused', async () => {
    const { gateway } = await trusting()
    const missing = { client_id: `${host.origin}/none.json`, redirectUri: REDIRECT_URI }
    expect(await pageOf(gateway, missing)).toContain('answered 404')
    const long = publish({ padding: 'x'.repeat(20_000) })
    expect(await pageOf(gateway, long)).toContain('too_large')
  })

  test('with a redirect URI that its document does not list is refused', async () => {
    const { gateway } = await trusting()
    const client = { ...publish(), redirectUri: 'https://evil.example/callback' }
    expect(await pageOf(gateway, client)).toContain('none of the addresses')
  })

  test('is refused at the token endpoint with invalid_client', async () => {
    const { gateway } = await trusting()
    const client_id = `${host.origin}/none.json`
    const refused = await requestToken(gateway, { grant_type: 'authorization_code', client_id })
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test('is not fetched where no client at the provider could stand for it', async () => {
    const { gateway } = await trusting({ registration: { strategy: 'none' } })
    expect(await pageOf(gateway, publish())).toContain('not supported')
    expect(host.requests).toEqual([])
  })
})

describe('documents are kept as HTTP says', () => {
  test.each([
    ['no header: five minutes', {}, 299_000, 1],
    ['no header: no longer', {}, 301_000, 2],
    ['max-age', { 'cache-control': 'max-age=3600' }, 3_599_000, 1],
    ['max-age and Age', { 'cache-control': 'max-age=3600', age: '3000' }, 601_000, 2],
    ['no-store', { 'cache-control': 'no-store' }, 0, 2],
    ['a day at most', { 'cache-control': 'max-age=999999' }, 86_401_000, 2],
  ])('%s', async (_, headers, later, fetches) => {
    const { gateway } = await trusting()
    Object.assign(host.headers, headers)
    const client = publish()
    await pageOf(gateway, client)
    gateway.clock.now += later
    await pageOf(gateway, client)
    expect(host.requests).toHaveLength(fetches)
  })

  test('errors are not kept', async () => {
    const { gateway } = await trusting()
    const client = { client_id: `${host.origin}/client.json`, redirectUri: REDIRECT_URI }
    expect(await pageOf(gateway, client)).toContain('404')
    publish()
    expect(await pageOf(gateway, client)).toContain('Documented client')
  })

  test('a host that is down does not log its clients out', async () => {
    const { gateway } = await trusting()
    const client = publish()
    await pageOf(gateway, client)
    host.broken = true
    gateway.clock.now += 3_600_000
    expect(await pageOf(gateway, client)).toContain('Documented client')
    gateway.clock.now += 2 * 86_400_000
    expect(await pageOf(gateway, client)).toContain('answered 503')
  })

  test('requests at the same time share one fetch', async () => {
    const { gateway } = await trusting()
    const client = publish()
    await Promise.all(Array.from({ length: 5 }, () => pageOf(gateway, client)))
    expect(host.requests).toHaveLength(1)
  })
})

describe('private_key_jwt', () => {
  async function signer() {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }
    const sign = (claims: Record<string, unknown>) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey)
    return { jwk, sign }
  }

  /** An authorization that is one token request away from its end. */
  async function loggedIn(changes: Record<string, unknown> = {}) {
    const { jwk, sign } = await signer()
    host.documents.set('/jwks', { keys: [jwk] })
    const client = publish({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${host.origin}/jwks`,
      ...changes,
    })
    const { gateway } = await trusting()
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, REDIRECT_URI)
    const now = Math.floor(gateway.clock.now / 1000)
    const claims = {
      iss: client.client_id,
      sub: client.client_id,
      aud: gateway.issuer,
      exp: now + 60,
      iat: now,
      jti: 'once',
    }
    const send = async (assertion: string) =>
      redeem(gateway, client, begun, answer, {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      })
    return { gateway, client, claims, sign, send, begun, answer, now }
  }

  test('is verified with the keys at jwks_uri', async () => {
    const { claims, sign, send } = await loggedIn()
    expect((await send(await sign(claims))).status).toBe(200)
  })

  test('the token endpoint is as good an audience as the issuer', async () => {
    const { gateway, claims, sign, send } = await loggedIn()
    expect((await send(await sign({ ...claims, aud: `${gateway.issuer}/token` }))).status).toBe(200)
  })

  test('or none, where the document offers both', async () => {
    const { gateway, client, begun, answer } = await loggedIn({
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    })
    expect((await redeem(gateway, client, begun, answer)).status).toBe(200)
  })

  test('is required where the document does not offer none', async () => {
    const { gateway, client, begun, answer } = await loggedIn()
    const refused = await redeem(gateway, client, begun, answer)
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test.each<[string, (now: number) => Record<string, unknown>]>([
    ['another audience', () => ({ aud: 'https://other.example' })],
    ['another issuer', () => ({ iss: 'https://evil.example/client.json' })],
    ['an end in the past', now => ({ exp: now - 120 })],
    ['no end', () => ({ exp: undefined })],
    ['an end in a day', now => ({ exp: now + 86_400 })],
  ])('with %s is refused', async (_, change) => {
    const { claims, sign, send, now } = await loggedIn()
    const refused = await send(await sign({ ...claims, ...change(now) }))
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test('by another key is refused', async () => {
    const { claims, send } = await loggedIn()
    const stranger = await signer()
    const refused = await send(await stranger.sign(claims))
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test('is good once', async () => {
    const { gateway, claims, sign, send, client } = await loggedIn()
    const assertion = await sign(claims)
    const tokens = await send(assertion)
    const again = await refresh(gateway, client, tokens.body.refresh_token, {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    expect(again).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(again.body.error_description).toContain('used before')
  })
})

describe('what can be a client id', () => {
  test.each([
    ['https://claude.ai/oauth/claude-code-client-metadata', undefined],
    ['https://client.example:8443/client.json?v=2', undefined],
    ['http://client.example/client.json', 'https'],
    ['https://client.example/', 'no path'],
    ['https://client.example', 'no path'],
    ['https://user@client.example/c', 'user name'],
    ['https://client.example/c#f', 'fragment'],
    ['https://client.example/a/../c', 'normal form'],
    ['https://client.example:443/c', 'normal form'],
    ['https://CLIENT.example/c', 'normal form'],
  ])('%s: %s', (id, problem) => {
    const found = clientUrlProblem(id, undefined)
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(problem)
  })

  test.each([
    [['claude.ai'], 'https://claude.ai/c', true],
    [['claude.ai'], 'https://evil.claude.ai/c', false],
    [['*.example.com'], 'https://a.example.com/c', true],
    [['*.example.com'], 'https://example.com/c', false],
    [['*.example.com'], 'https://evilexample.com/c', false],
    [['!evil.example'], 'https://evil.example/c', false],
    [['!evil.example'], 'https://good.example/c', true],
    [['*.example', '!evil.example'], 'https://evil.example/c', false],
    [[], 'https://claude.ai/c', false],
  ])('with %j, %s: %s', (allowed, id, good) => {
    expect(clientUrlProblem(id, allowed) === undefined).toBe(good)
  })
})
