import { mkdirSync, readdirSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Program } from '../cli/program.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { ask, post } from '../support/http.ts'
import { providerExamples } from './provider-examples.ts'
import { freePort, readExample, type Surroundings, startSurroundings } from './surroundings.ts'

/** What the example says in place of a tenant. */
const AUTH0 = `https://\${AUTH0_DOMAIN:-example.eu.auth0.com}/`

let around: Surroundings
let running: Program | undefined

beforeAll(async () => {
  around = await startSurroundings()
})
afterEach(async () => {
  if (running === undefined) return
  running.process.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  running = undefined
})
afterAll(() => around.close())

/** The provider answers for this issuer, with the key set at a place that its metadata names. */
function issue(issuer: string): string {
  const { pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname
  around.provider.answers.set(`${path}/.well-known/openid-configuration`, {
    body: JSON.stringify({
      issuer,
      jwks_uri: `${around.provider.issuer}/keys`,
      authorization_endpoint: `${around.provider.issuer}/authorize`,
      token_endpoint: `${around.provider.issuer}/token`,
      registration_endpoint: `${around.provider.issuer}/register`,
    }),
  })
  return issuer
}

const token = (iss: string, aud: string): Promise<string> =>
  around.signer.sign({ iss, aud, sub: 'alice', exp: Math.floor(Date.now() / 1000) + 600 })

/** 401 with a challenge that leads to the metadata, the metadata, and a call with a token. */
async function expectProtected(
  url: string,
  expected: { issuer: string; audience?: string; proxy: boolean; metadata: object },
  headers: Record<string, string> = {},
): Promise<void> {
  const refused = await post(url, jsonRpc('tools/list', '1'), headers)
  expect(refused.status).toBe(401)
  const place = url.replace(/^(https?:\/\/[^/]+)/, '$1/.well-known/oauth-protected-resource')
  const document = (await ask(place, { headers })).json()
  expect(document).toMatchObject({
    ...expected.metadata,
    authorization_servers: [expected.proxy ? document.resource : expected.issuer],
  })
  const challenge = String(refused.headers['www-authenticate'])
  expect(challenge).toContain(new URL(place).pathname)

  const bearer = await token(expected.issuer, expected.audience ?? document.resource)
  const answer = await post(url, jsonRpc('tools/list', '1'), {
    ...headers,
    authorization: `Bearer ${bearer}`,
  })
  expect([answer.status, answer.json().id]).toEqual([200, 1])
}

const published = {
  scopes_supported: ['read:all'],
  bearer_methods_supported: ['header', 'body', 'query'],
}

describe.each(['keycloak-proxy/portcullis.yaml', 'deployment-scenarios/proxy.yaml'])('%s', name => {
  test('adapts Keycloak, whose keys are not where jwksUrl says [CFG-14] [MODE-4] [KEYS-7]', async () => {
    const port = await freePort()
    const { provider, server } = around
    running = around.run(name, {
      'port: 3000': `port: ${port}`,
      'localhost:3000': `localhost:${port}`,
      'http://localhost:7080': provider.issuer,
      'http://localhost:8080/mcp': server.url,
    })
    await running.printed(/authorization server proxy/)
    const issuer = issue(`${provider.issuer}/realms/mcp`)
    await expectProtected(`http://localhost:${port}/mcp`, {
      issuer,
      proxy: true,
      metadata: {
        ...published,
        resource: `http://localhost:${port}/mcp`,
        resource_documentation: `http://localhost:${port}/stdio/docs`,
        resource_policy_uri: `http://localhost:${port}/stdio/policies`,
      },
    })
    const metadata = await ask(
      `http://localhost:${port}/.well-known/oauth-authorization-server/mcp`,
    )
    expect(metadata.json()).toMatchObject({ issuer: `http://localhost:${port}/mcp` })
  })
})

describe.each(['resource-server/portcullis.yaml', 'deployment-scenarios/resource-server.yaml'])(
  '%s',
  name => {
    test('verifies tokens and leaves the rest to the issuer [CFG-14] [MODE-2]', async () => {
      const port = await freePort()
      const { provider, server, signer } = around
      provider.answers.set('/.well-known/jwks.json', {
        body: JSON.stringify({ keys: [signer.jwk] }),
      })
      running = around.run(name, {
        'port: 3000': `port: ${port}`,
        'localhost:3000': `localhost:${port}`,
        'http://localhost:9000': provider.issuer,
        'http://localhost:8080/mcp': server.url,
      })
      await running.printed(/resource server/)
      await expectProtected(`http://localhost:${port}/mcp`, {
        issuer: provider.issuer,
        proxy: false,
        metadata: { ...published, resource: `http://localhost:${port}/mcp` },
      })
      const absent = await ask(
        `http://localhost:${port}/.well-known/oauth-authorization-server/mcp`,
      )
      expect(absent.status).toBe(404)
    })
  },
)

test('stdio-keycloak: starts uv for the server and lets pages in [CFG-14] [CFG-2] [STDIO-1]', async () => {
  const port = await freePort()
  const { provider } = around
  running = around.run('stdio-keycloak/portcullis.yaml', {
    'port: 3000': `port: ${port}`,
    'localhost:3000': `localhost:${port}`,
    'http://localhost:7080': provider.issuer,
  })
  provider.answers.set('/realms/mcp/protocol/openid-connect/certs', {
    body: JSON.stringify({ keys: [around.signer.jwk] }),
  })
  await running.printed(/uv run src\/main.py/)
  const url = `http://localhost:${port}/hello/mcp`
  const issuer = issue(`${provider.issuer}/realms/mcp`)
  await expectProtected(url, {
    issuer,
    audience: 'mcp_proxy',
    proxy: true,
    metadata: { resource: url, scopes_supported: ['profile', 'offline_access', 'openid'] },
  })
  const authorization = `Bearer ${await token(issuer, 'mcp_proxy')}`
  const state = await post(url, jsonRpc('tools/call', '1', '{"name":"state"}'), { authorization })
  expect(JSON.parse(state.json().result.content[0].text).args).toEqual(['run', 'src/main.py'])
  const preflight = await ask(url, {
    method: 'OPTIONS',
    headers: { origin: 'https://any.example', 'access-control-request-method': 'POST' },
  })
  expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*'])
})

test('stdio-keycloak without its mcpAuthentication is open, as before it was added [CFG-14]', async () => {
  const port = await freePort()
  const policy = readExample('stdio-keycloak/portcullis.yaml').match(
    /^ {8}mcpAuthentication:\n(?: {10}.*\n)+/m,
  )
  running = around.run('stdio-keycloak/portcullis.yaml', {
    [policy?.[0] ?? '']: '',
    'port: 3000': `port: ${port}`,
  })
  await running.printed(/uv run src\/main.py/)
  const answer = await post(`http://localhost:${port}/hello/mcp`, jsonRpc('tools/list', '1'))
  expect([answer.status, answer.json().id]).toEqual([200, 1])
})

test('auth0: adapts Auth0 [CFG-14]', async () => {
  const port = await freePort()
  const { provider, server } = around
  const issuer = `${provider.issuer}/`
  running = around.run('auth0/portcullis.yaml', {
    'port: 3000': `port: ${port}`,
    'localhost:3000': `localhost:${port}`,
    [AUTH0]: issuer,
    'http://localhost:8080/mcp': server.url,
  })
  await running.printed(/auth0/)
  issue(issuer)
  await expectProtected(`http://localhost:${port}/mcp`, {
    issuer,
    proxy: true,
    metadata: { resource: `http://localhost:${port}/mcp`, scopes_supported: ['openid', 'profile'] },
  })
})

test('passthrough: leaves everything to the server [CFG-14] [MODE-3]', async () => {
  const port = await freePort()
  running = around.run('passthrough/portcullis.yaml', {
    'port: 3000': `port: ${port}`,
    'http://localhost:8080/mcp': around.server.url,
  })
  await running.printed(/passthrough/)
  const authorization = 'Bearer of-somebody'
  const answer = await post(`http://localhost:${port}/mcp`, jsonRpc('initialize', '1'), {
    authorization,
  })
  expect(answer.json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
  expect(around.server.received.at(-1)?.headers.authorization).toBe(authorization)
})

test('http-backend: Keycloak, an MCP server and an API behind one gateway [CFG-14] [EDGE-16]', async () => {
  const [keycloak, mcp] = [await freePort(), await freePort()]
  const { provider, server } = around
  const service = new URL(server.url).host
  running = around.run('http-backend/portcullis.yaml', {
    'keycloak.127-0-0-1.sslip.io': 'localhost',
    '8002': String(keycloak),
    '8001': String(mcp),
    'localhost:7080': new URL(provider.issuer).host,
    'http://localhost:8080/mcp': server.url,
    'localhost:8081': service,
    'localhost:8082': service,
  })
  await running.printed(/keycloak/)
  const issuer = issue(`http://localhost:${keycloak}/realms/mcp`)
  const host = `mcp.127-0-0-1.sslip.io:${mcp}`
  await expectProtected(
    `http://127.0.0.1:${mcp}/mcp`,
    {
      issuer,
      proxy: false,
      metadata: { resource: `http://${host}/mcp`, resource_name: 'MCP Server' },
    },
    { host },
  )
  // The metadata of the issuer, and with it the key that was needed above, came through the gateway.
  expect(provider.requests).toContain('/realms/mcp/.well-known/openid-configuration')
  const authorization = `Bearer ${await token(issuer, 'account')}`
  const api = await post(`http://127.0.0.1:${mcp}/api/x`, jsonRpc('ping', '1'), {
    host,
    authorization,
  })
  expect(api.status).toBe(200)
  expect(around.server.received.at(-1)?.headers['x-gateway']).toBe('portcullis')
})

test('tls: HTTPS, and a key for the server in place of the token [CFG-14] [CFG-10] [CALL-6]', async () => {
  const port = await freePort()
  const { provider, server, authority, folder } = around
  mkdirSync(join(folder.path, 'certs'))
  const { certificate, key } = authority.issue('tools.localhost')
  folder.file('certs/tls.crt', certificate)
  folder.file('certs/tls.key', key)
  folder.file('certs/search.key', 'the-key\n')
  running = around.run('tls/portcullis.yaml', {
    '8443': String(port),
    'https://sso.example': provider.issuer,
    'http://localhost:8080/mcp': server.url,
  })
  await running.printed(/https:\/\/tools.localhost/)
  const issuer = issue(`${provider.issuer}/realms/tools`)
  const resource = `https://tools.localhost:${port}/mcp`
  const { status } = await overTls(port, {
    authorization: `Bearer ${await token(issuer, resource)}`,
  })
  expect(status).toBe(200)
  expect(server.received.at(-1)?.headers.authorization).toBe('Bearer the-key')
  const refused = await overTls(port, {})
  expect([refused.status, refused.challenge]).toEqual([
    401,
    expect.stringContaining(
      `https://tools.localhost:${port}/.well-known/oauth-protected-resource/mcp`,
    ),
  ])
})

/** A call to tools.localhost, whose certificate is of the throw-away authority. */
function overTls(
  port: number,
  headers: Record<string, string>,
): Promise<{ status: number; challenge: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path: '/mcp',
      method: 'POST',
      agent: false,
      ca: around.authority.certificate,
      servername: 'tools.localhost',
      minVersion: 'TLSv1.3',
      headers: { host: `tools.localhost:${port}`, 'content-type': 'application/json', ...headers },
    })
    outgoing.on('error', reject)
    outgoing.on('response', response => {
      const { statusCode: status = 0, headers: received } = response
      void text(response).then(() =>
        resolve({ status, challenge: String(received['www-authenticate']) }),
      )
    })
    outgoing.end(jsonRpc('tools/list', '1'))
  })
}

test('every example is started here [CFG-14]', () => {
  const folder = join(import.meta.dirname, '../../examples')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  // Started by test/e2e/authorization-example.test.ts.
  const elsewhere = new Set([...providerExamples.keys(), 'mcp-authorization/portcullis.yaml'])
  const others = names.filter(
    // Those of options by provider-options.test.ts.
    name => /^(?!provider-options).*\.yaml$/.test(name) && !elsewhere.has(name),
  )
  expect(others.sort()).toEqual([
    'auth0/portcullis.yaml',
    'deployment-scenarios/proxy.yaml',
    'deployment-scenarios/resource-server.yaml',
    'http-backend/portcullis.yaml',
    'keycloak-proxy/portcullis.yaml',
    'passthrough/portcullis.yaml',
    'resource-server/portcullis.yaml',
    'stdio-keycloak/portcullis.yaml',
    'tls/portcullis.yaml',
  ])
})
