import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

let service: RecordingServer
let upstream: RecordingServer
let identity: TestIdentity
let gateway: TestGateway

const EXEMPT = `request.path.contains("/public") || jwt.sub == "never there"`

beforeAll(async () => {
  service = await startRecordingServer((_, response) => {
    response.end('served')
  })
  upstream = await startRecordingServer()
  identity = await createTestIdentity()
  const backend = `{host: "${new URL(service.url).host}"}`
  const trust = `mode: strict, ${identity.trust}, audiences: [api]`
  gateway = await startTestGateway(
    configuration([
      {
        match: '{path: {pathPrefix: /mcp}}',
        policies: `{mcpAuthentication: {${trust}, exempt: 'request.path.contains("/public")'}, refusals: {unauthenticated: {headers: {x-help: here, WWW-Authenticate: 'Bearer resource_metadata=https://gw.example/.well-known/oauth-protected-resource/mcp, realm="a \\"b\\""'}, body: '{"error": "own"}'}}}`,
        backend: httpTarget(upstream.url),
      },
      {
        match: '{path: {pathPrefix: /api}}',
        policies: `{jwtAuth: {${trust}, exempt: '${EXEMPT}'}, authorization: {rules: [{require: 'identity.anonymous || jwt.staff == true'}]}, refusals: {unauthorized: {status: 401, headers: {WWW-Authenticate: 'Bearer scope="staff"'}, body: Staff only}}}`,
        backend,
      },
      {
        match: '{path: {pathPrefix: /any}}',
        policies: `{jwtAuth: {mode: strict, ${identity.trust}, uncheckedAudience: true}}`,
        backend,
      },
      {
        match: '{path: {pathPrefix: /own}}',
        policies: `{jwtAuth: {${trust}}}`,
        backend,
      },
    ]),
  )
})
afterAll(async () => {
  await gateway.stop()
  await service.close()
  await upstream.close()
  await identity.remove()
})

const call = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }

describe('refusals of a route', () => {
  test('have its body and headers, and a challenge that the gateway wrote [CHAL-9]', async () => {
    const { status, headers, body } = await post(`${gateway.origin}/mcp`, call)
    expect({ status, body }).toEqual({ status: 401, body: '{"error": "own"}' })
    expect(headers).toMatchObject({ 'x-help': 'here', 'content-type': 'application/json' })
    expect(headers['www-authenticate']).toBe(
      `Bearer resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp", realm="a 'b'"`,
    )
  })

  test('say what is wrong with a token all the same [CHAL-9]', async () => {
    const answer = await post(`${gateway.origin}/mcp`, call, await identity.bearer('other'))
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"')
    expect(answer.body).toBe('{"error": "own"}')
  })

  test('of those whom rules deny may ask for another login [CHAL-9]', async () => {
    const { status, headers, body } = await ask(`${gateway.origin}/api`, {
      headers: await identity.bearer('api', { staff: false }),
    })
    expect({ status, body }).toEqual({ status: 401, body: 'Staff only' })
    expect(headers['www-authenticate']).toMatch(/^Bearer resource_metadata="[^"]+", scope="staff"$/)
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  })
})

describe('an exemption', () => {
  test('reaches a plain HTTP backend [TOKEN-19]', async () => {
    expect((await ask(`${gateway.origin}/api/public/a`)).body).toBe('served')
  })

  test.each(['/api', '/api?x=/public', '/api/public/../b', '/api/private'])(
    'that is not for %s, or cannot be evaluated, lets nobody in [TOKEN-19]',
    async path => {
      const before = service.received.length
      expect((await ask(gateway.origin + path)).status).toBe(401)
      expect(service.received).toHaveLength(before)
    },
  )

  test.each(['/mcp/public', '/mcp?x=/public', '/mcp//public', '/mcp/%70ublic'])(
    'never reaches an MCP server: %s [TOKEN-19]',
    async path => {
      expect((await post(gateway.origin + path, call)).status).toBe(401)
      expect(upstream.received).toEqual([])
    },
  )
})

test('a token for another resource is taken where the audience is not checked, and nowhere else [TOKEN-18]', async () => {
  const headers = await identity.bearer('https://elsewhere.example')
  expect((await ask(`${gateway.origin}/any`, { headers })).status).toBe(200)
  expect((await ask(`${gateway.origin}/own`, { headers })).status).toBe(401)
})
