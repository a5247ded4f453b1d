import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask } from '../support/http.ts'

/**
 * The attack: a request whose Host or forwarding headers name the attacker's server, in the hope that
 * the gateway builds URLs of them, and that a cache or a proxy hands those to other clients, who then
 * log in there.
 */
let provider: IdentityProvider
let upstream: RecordingServer
let gateway: TestGateway
let base: string

const PUBLIC = 'https://gw.example'
const EVIL = 'evil.example'

beforeAll(async () => {
  provider = await startIdentityProvider({
    port: 0,
    log: createLog({ level: 'silent', format: 'json' }),
  })
  upstream = await startRecordingServer()
  const yaml = configuration(
    [
      {
        policies: `{mcpAuthentication: {issuer: "${provider.issuer}", provider: {oidc: {}}}}`,
        backend: httpTarget(upstream.url),
      },
    ],
    `{adminAddr: "off", publicUrl: "${PUBLIC}"}`,
  )
  // On all interfaces, where no list of hosts protects, as behind a load balancer.
  gateway = await startTestGateway(yaml.replace('  address: 127.0.0.1\n', ''))
  base = `http://127.0.0.1:${new URL(gateway.served()[0]?.listener ?? '').port}`
})
afterAll(async () => {
  await gateway.stop()
  await upstream.close()
  await provider.close()
})

const POISONS: Readonly<Record<string, Record<string, string>>> = {
  Host: { host: EVIL },
  'Host with the port of the gateway': { host: `${EVIL}:443` },
  'X-Forwarded-Host': { 'x-forwarded-host': EVIL, 'x-forwarded-proto': 'http' },
  'X-Forwarded-Server and its relatives': { 'x-forwarded-server': EVIL, 'x-host': EVIL },
  'X-Forwarded-Prefix': { 'x-forwarded-prefix': `//${EVIL}`, 'x-original-url': `//${EVIL}/` },
  Forwarded: { forwarded: `host=${EVIL};proto=http` },
}

const DOCUMENTS = [
  '/.well-known/oauth-protected-resource/mcp',
  '/.well-known/oauth-authorization-server/mcp',
  '/.well-known/openid-configuration',
  '/mcp',
]

describe.each(Object.entries(POISONS))('%s', (_, headers) => {
  test('moves no document, challenge or endpoint [EDGE-13] [EDGE-12]', async () => {
    for (const path of DOCUMENTS) {
      const poisoned = await ask(base + path, { headers })
      const clean = await ask(base + path)
      const facts = ({ status, headers: got, body }: typeof clean) => [
        status,
        got['www-authenticate'],
        got.location,
        body,
      ]
      expect(facts(poisoned), path).toEqual(facts(clean))
      expect(JSON.stringify(facts(poisoned))).not.toContain(EVIL)
      expect(JSON.stringify(facts(poisoned))).toContain(PUBLIC)
    }
  })

  test('moves neither the callback of a login nor its answer [EDGE-13] [RELAY-9]', async () => {
    const redirectUri = 'http://127.0.0.1:5555/callback'
    const registered = await ask(`${base}/mcp/register`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
    })
    expect(registered.status).toBe(201)
    const query = new URLSearchParams({
      client_id: registered.json().client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 'x',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const page = await ask(`${base}/mcp/authorize?${query}`, { headers })
    expect(page.status).toBe(200)
    // Agreeing to what the page asks leads to the provider, with the callback that it knows.
    const form = new URLSearchParams(
      [...page.body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']): [string, string] => [name, value],
      ),
    )
    form.set('decision', 'allow')
    const sent = await ask(`${base}/mcp/consent`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/x-www-form-urlencoded',
        origin: PUBLIC,
        cookie: String(page.headers['set-cookie']?.[0]?.split(';')[0]),
      },
      body: form.toString(),
    })
    const place = new URL(String(sent.headers.location))
    expect(place.origin).toBe(provider.issuer)
    expect(place.searchParams.get('redirect_uri')).toBe(`${PUBLIC}/oauth/callback`)
    expect(JSON.stringify([page.headers, page.body, sent.headers])).not.toContain(EVIL)
  })
})
