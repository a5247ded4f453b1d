import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  echo,
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { eventually, openWire } from '../http/wire.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { openTestStream } from '../support/event-stream.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, messageRequest, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

let upstream: RecordingServer
let service: RecordingServer
let identity: TestIdentity
let gateway: TestGateway
let port: number

const APP = 'https://app.example'

beforeAll(async () => {
  upstream = await startRecordingServer()
  service = await startRecordingServer(async (request, response) => {
    if (request.path.endsWith('/slow')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: 1\n\n')
      return
    }
    echo(request, response)
  })
  identity = await createTestIdentity()
  const { host } = new URL(service.url)
  gateway = await startTestGateway(
    configuration(
      [
        {
          policies: `{mcpAuthentication: {${identity.trust}}, cors: {allowOrigins: ["${APP}"]}}`,
          backend: httpTarget(upstream.url),
        },
        {
          match: '{path: {exact: /closed/mcp}}',
          policies: `{mcpAuthentication: {${identity.trust}}}`,
          backend: httpTarget(upstream.url),
        },
        { match: '{path: {pathPrefix: /api}}', backend: `{host: "${host}"}` },
        {
          match: '{path: {pathPrefix: /private}}',
          policies: `{jwtAuth: {mode: strict, ${identity.trust}, audiences: [api]}}`,
          backend: `{host: "${host}"}`,
        },
      ],
      '{adminAddr: "off", maxBodyBytes: 2048}',
    ),
  )
  port = Number(new URL(gateway.url).port)
})
afterAll(async () => {
  await gateway.stop()
  await upstream.close()
  await service.close()
  await identity.remove()
})

describe('a preflight', () => {
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,mcp-session-id,mcp-protocol-version',
    },
  })

  test('of an allowed page is answered before any token is asked for [EDGE-3] [EDGE-4]', async () => {
    const { status, headers, body } = await ask(gateway.url, preflight(APP))
    expect([status, body]).toEqual([204, ''])
    expect(headers['access-control-allow-origin']).toBe(APP)
    expect(headers['access-control-allow-methods']).toMatch(/POST/)
    for (const name of [
      'authorization',
      'mcp-session-id',
      'mcp-protocol-version',
      'last-event-id',
    ]) {
      expect(headers['access-control-allow-headers']).toContain(name)
    }
  })

  test('of another page is refused: 403 [EDGE-6]', async () => {
    expect((await ask(gateway.url, preflight('https://evil.example'))).status).toBe(403)
  })

  test('to a route without cors is a request like any other: 401 [CHAL-1]', async () => {
    const { status } = await ask(`${gateway.origin}/closed/mcp`, preflight(gateway.origin))
    expect(status).toBe(401)
  })
})

describe('a page', () => {
  test.each<[string, string | undefined, string, number]>([
    ['that cors allows', APP, '/mcp', 401],
    ['of the gateway itself', 'own', '/mcp', 401],
    ['of nobody (no Origin)', undefined, '/mcp', 401],
    ['of another origin', 'https://evil.example', '/mcp', 403],
    ['in a sandbox', 'null', '/mcp', 403],
    ['of another port of this machine', 'http://localhost:1', '/mcp', 403],
    ['of any other origin, where there is no cors', APP, '/closed/mcp', 403],
    ['of another origin, to a plain service with authentication', APP, '/private/x', 403],
    ['of another origin, to a plain service', APP, '/api/x', 405],
    ['of a plain service, after `no-referrer`', 'null', '/api/x', 405],
  ])('%s [EDGE-6]', async (_, origin, path, status) => {
    const value = origin === 'own' ? gateway.origin : origin
    const headers = value === undefined ? {} : { origin: value }
    expect((await ask(gateway.origin + path, { headers })).status).toBe(status)
  })
})

describe('a Host', () => {
  test.each([
    ['localhost', 401],
    ['127.0.0.1', 401],
    ['LOCALHOST', 401],
    ['evil.example', 403],
    ['localhost.evil.example', 403],
    ['localhost@evil.example', 400],
  ])('%s: %i, on every path of a loopback listener [EDGE-5]', async (name, status) => {
    const host = `${name}:${port}`
    expect((await ask(gateway.url, { headers: { host } })).status).toBe(status)
    const document = `${gateway.origin}/.well-known/oauth-protected-resource/mcp`
    expect((await ask(document, { headers: { host } })).status).toBe(status === 401 ? 200 : status)
  })
})

describe('a body', () => {
  test('above the limit is 413, its length announced or not [EDGE-7]', async () => {
    const headers = {
      ...(await identity.bearer(gateway.url)),
      'content-type': 'application/json',
    }
    const body = jsonRpc('ping', '1', JSON.stringify({ s: 'x'.repeat(4096) }))
    const announced = await ask(gateway.url, { method: 'POST', headers, body })
    expect(announced.status).toBe(413)
    expect(announced.json().error.message).toContain('2048 bytes')
    const chunked = await ask(gateway.url, {
      method: 'POST',
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body,
    })
    expect(chunked.status).toBe(413)
    expect(upstream.received).toEqual([])
  })

  test('that breaks off is no call [EDGE-11]', async () => {
    const { authorization } = await identity.bearer(gateway.url)
    const wire = await openWire(port)
    const lines = [
      'POST /mcp HTTP/1.1',
      `Host: localhost:${port}`,
      `Authorization: ${authorization}`,
      'Content-Type: application/json',
      'Content-Length: 1000',
    ]
    wire.send(`${lines.join('\r\n')}\r\n\r\n{"jsonrpc":"2.0"`)
    wire.socket.end()
    await wire.closed()
    expect(upstream.received).toEqual([])
  })
})

describe('a plain HTTP service behind the same listener', () => {
  test('gets requests as they are, and its answers come back [EDGE-16]', async () => {
    const answer = await ask(`${gateway.origin}/api/x%20y?q=1&q=2`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-own': 'kept', connection: 'x-hop', 'x-hop': '1' },
      body: jsonRpc('ping', '1'),
    })
    expect(answer.json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
    const received = service.received.at(-1)
    expect(received).toMatchObject({ method: 'POST', path: '/api/x%20y?q=1&q=2' })
    expect(received?.headers).toMatchObject({ 'x-own': 'kept', 'content-type': 'text/plain' })
    expect(received?.headers).not.toHaveProperty('x-hop')
  })

  test('may be protected like anything else, and does not see the token [EDGE-16] [CALL-5]', async () => {
    const url = `${gateway.origin}/private/x`
    const refused = await ask(url)
    expect(refused.status).toBe(401)
    expect(refused.headers['www-authenticate']).toContain(
      `resource_metadata="${gateway.origin}/.well-known/oauth-protected-resource/private"`,
    )
    const body = jsonRpc('ping', '1')
    const answer = await ask(url, { method: 'POST', headers: await identity.bearer('api'), body })
    expect(answer.status).toBe(200)
    expect(service.received.at(-1)?.headers).not.toHaveProperty('authorization')
  })

  test('is told when its client goes away [EDGE-11]', async () => {
    const stream = await openTestStream(`${gateway.origin}/api/slow`, {})
    await stream.until('data: 1')
    stream.close()
    await eventually(() => service.abandoned() === 1)
  })
})

test('no header chooses where a request goes [EDGE-13]', async () => {
  const before = upstream.received.length
  const answer = await post(gateway.url, jsonRpc('initialize', '0'), {
    ...(await identity.bearer(gateway.url)),
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.example;proto=https',
    'x-original-url': '/api/slow',
    'x-rewrite-url': '/api/slow',
    'x-http-method-override': 'DELETE',
  })
  expect(answer.status).toBe(200)
  expect(upstream.received.slice(before)).toMatchObject([{ method: 'POST', path: '/mcp' }])
})

test('an upgrade to WebSocket is 501, on any path and before anything else [EDGE-14]', async () => {
  for (const path of ['/mcp', '/api/x', '/nowhere']) {
    const wire = await openWire(port)
    wire.send(
      `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    expect(await wire.closed()).toMatch(/^HTTP\/1.1 501 /)
  }
})

describe('what no route takes', () => {
  test('is 404 with a sentence [EDGE-15]', async () => {
    const answer = await post(`${gateway.origin}/nowhere`, jsonRpc('ping', '1'))
    expect(answer.status).toBe(404)
    expect(answer.json().error.message).toBe('no route takes POST /nowhere')
  })

  test.each([
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/mcp',
    '/.well-known/openid-configuration',
    '/mcp/.well-known/openid-configuration',
    '/.well-known/oauth-protected-resource/nowhere',
    '/.well-known/oauth-protected-resource',
  ])('%s is 404 as JSON that every page can read [EDGE-15]', async path => {
    const answer = await ask(gateway.origin + path, {
      headers: { origin: 'https://any.example', authorization: 'Bearer dead' },
    })
    expect(answer.status).toBe(404)
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers['www-authenticate']).toBeUndefined()
    expect(answer.json()).toMatchObject({ error: 'not_found' })
  })
})

test('a slow backend of one route leaves the others alone [CALL-9]', async () => {
  const streams = await Promise.all(
    Array.from({ length: 8 }, () => openTestStream(`${gateway.origin}/api/slow`, {})),
  )
  const bearer = await identity.bearer(gateway.url)
  const answer = await ask(gateway.url, messageRequest(jsonRpc('initialize', '0'), bearer))
  expect(answer.status).toBe(200)
  for (const stream of streams) stream.close()
})
