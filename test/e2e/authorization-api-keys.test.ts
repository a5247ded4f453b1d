import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

let identity: TestIdentity
let upstream: EverythingServer

beforeAll(async () => {
  identity = await createTestIdentity()
  upstream = await startEverythingServer()
})
afterAll(async () => {
  await identity.remove()
  await upstream.close()
})

const hash = (key: string): string => `sha256:${createHash('sha256').update(key).digest('hex')}`
const KEYS = `keys: [{keyHash: "${hash('blue-key')}", metadata: {sub: blue, team: blue, scope: "files:read", roles: [ops]}}, {keyHash: "${hash('red-key')}"}]`
const RULES = `mcpAuthorization: {rules: ['jwt.team == "blue" && apiKey.team == "blue" && "files:read" in identity.scopes && hasRole("ops")', 'identity.issuer != "api-key"']}`
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' }
const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'test_simple_text' } }
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const METADATA = '/.well-known/oauth-protected-resource/mcp'

const start = (policies: string): Promise<TestGateway> =>
  startTestGateway(
    configuration([{ policies: `{${policies}}`, backend: httpTarget(upstream.url) }]),
  )

describe('API keys alone [KEY-1]', () => {
  test('a key or 401, and nothing that would make a client start a login', async () => {
    await using gateway = await start(`apiKey: {${KEYS}, mode: strict}`)
    expect((await post(gateway.url, PING, bearer('blue-key'))).status).toBe(200)
    expect((await post(gateway.url, PING, bearer('red-key'))).status).toBe(200)
    for (const headers of [{}, bearer('other'), bearer('')]) {
      const answer = await post(gateway.url, PING, headers)
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).not.toContain('resource_metadata')
    }
    expect((await ask(gateway.origin + METADATA)).status).toBe(404)
  })

  test('guesses are limited by address, and keys that were good before still work [LIMIT-3]', async () => {
    await using gateway = await startTestGateway(
      configuration(
        [
          {
            policies: `{apiKey: {${KEYS}, mode: strict}}`,
            backend: httpTarget(upstream.url),
          },
        ],
        '{adminAddr: "off", failedAuthenticationsPerMinute: 3}',
      ),
    )
    const statuses: number[] = []
    for (const key of ['blue-key', 'a', 'b', 'c', 'd', 'red-key', 'blue-key'])
      statuses.push((await post(gateway.url, PING, bearer(key))).status)
    // The second good key looks like a lucky guess.
    expect(statuses).toEqual([200, 401, 401, 401, 429, 429, 200])
  })

  test('metadata counts as claims', async () => {
    await using gateway = await start(`apiKey: {${KEYS}, mode: optional}, ${RULES}`)
    expect((await post(gateway.url, CALL, bearer('blue-key'))).body).toContain('"result"')
    expect((await post(gateway.url, CALL, bearer('red-key'))).body).toContain('Unknown tool')
  })

  test('a key does not reach the server, whatever header it comes in', async () => {
    const seen: IncomingHttpHeaders[] = []
    const server = createServer((req, res) => {
      seen.push(req.headers)
      res
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"jsonrpc":"2.0","id":1,"result":{}}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/mcp`
    const location = 'location: {header: {name: X-Api-Key}}'
    const backends = [httpTarget(url), `{host: "127.0.0.1:${port}"}`]
    for (const backend of backends) {
      await using gateway = await startTestGateway(
        configuration([{ policies: `{apiKey: {${KEYS}, mode: strict, ${location}}}`, backend }]),
      )
      expect((await post(gateway.url, CALL, { 'x-api-key': 'blue-key' })).status).toBe(200)
      expect((await post(gateway.url, CALL, bearer('blue-key'))).status).toBe(401)
    }
    expect(seen.length).toBeGreaterThan(1)
    expect(JSON.stringify(seen)).not.toContain('blue-key')
    server.close()
  })
})

describe('an API key or a token [KEY-2]', () => {
  const both = (more = ''): Promise<TestGateway> =>
    start(`mcpAuthentication: {${identity.trust}}, apiKey: {${KEYS}${more}}, ${RULES}`)

  test('either is enough, in the same header', async () => {
    await using gateway = await both()
    expect((await post(gateway.url, CALL, bearer('blue-key'))).body).toContain('"result"')
    expect((await post(gateway.url, CALL, await identity.bearer(gateway.url))).body).toContain(
      '"result"',
    )
    const neither = await post(gateway.url, CALL)
    expect(neither.status).toBe(401)
    expect(neither.headers['www-authenticate']).toContain('resource_metadata')
    const bad = await post(gateway.url, CALL, bearer('no-key'))
    expect(bad.headers['www-authenticate']).toContain('error="invalid_token"')
  })

  test('in a header of its own a wrong key is wrong, whatever else comes along', async () => {
    await using gateway = await both(', location: {header: {name: x-api-key}}')
    expect((await post(gateway.url, CALL, { 'x-api-key': 'blue-key' })).body).toContain('"result"')
    const token = await identity.bearer(gateway.url)
    expect((await post(gateway.url, CALL, token)).body).toContain('"result"')
    expect((await post(gateway.url, CALL, { ...token, 'x-api-key': 'x' })).status).toBe(401)
  })

  test('`resourceMetadata: hidden` keeps clients with a key from logging in', async () => {
    await using gateway = await both(', resourceMetadata: hidden')
    const answer = await post(gateway.url, CALL)
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).not.toContain('resource_metadata')
    expect((await ask(gateway.origin + METADATA)).status).toBe(404)
    expect((await post(gateway.url, CALL, await identity.bearer(gateway.url))).body).toContain(
      '"result"',
    )
  })
})

describe('several providers [KEY-3]', () => {
  test('jwtAuth on an MCP route has the same metadata and challenges', async () => {
    const other = await createTestIdentity()
    await using gateway = await start(
      `jwtAuth: {mode: strict, providers: [{${identity.trust}}, {issuer: "https://other.example", jwks: {file: "${other.keySet}"}}]}`,
    )
    const metadata = await ask(gateway.origin + METADATA)
    expect(metadata.json()).toMatchObject({
      resource: gateway.url,
      authorization_servers: [identity.issuer, 'https://other.example'],
    })
    const answer = await post(gateway.url, PING)
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toContain(
      `resource_metadata="${gateway.origin}${METADATA}"`,
    )
    expect((await post(gateway.url, PING, await identity.bearer(gateway.url))).status).toBe(200)
    const exp = Math.floor(Date.now() / 1000) + 60
    const token = await other.sign({
      iss: 'https://other.example',
      sub: 'a',
      aud: gateway.url,
      exp,
    })
    expect((await post(gateway.url, PING, bearer(token))).status).toBe(200)
    expect((await post(gateway.url, PING, await other.bearer(gateway.url))).status).toBe(401)
    await other.remove()
  })
})
