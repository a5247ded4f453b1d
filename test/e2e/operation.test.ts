import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { program } from '../fixtures/program.ts'
import {
  echo,
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { eventually } from '../http/wire.ts'
import { configuration, httpTarget, stdioTarget } from '../support/configuration.ts'
import { openTestStream } from '../support/event-stream.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

let upstream: RecordingServer
let identity: TestIdentity
let gateway: TestGateway
let admin: string

const yaml = (more = '') =>
  configuration(
    [
      {
        policies: `{mcpAuthentication: {${identity.trust}, audiences: [gateway]}${more}}`,
        backend: httpTarget(upstream.url),
      },
      { match: '{path: {exact: /stdio/mcp}}', backend: stdioTarget(program('stdio-server')) },
    ],
    '{adminAddr: "127.0.0.1:0", connectionTerminationDeadline: 1s, logging: {level: trace, format: json}}',
  )

beforeEach(async () => {
  upstream = await startRecordingServer((request, response) => {
    if (request.method !== 'GET') return echo(request, response)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    return undefined
  })
  identity = await createTestIdentity()
  gateway = await startTestGateway(yaml())
  const { host, port } = await gateway.logged(/health and metrics are served/)
  admin = `http://${host}:${port}`
})
afterEach(async () => {
  await gateway.stop()
  await upstream.close()
  await identity.remove()
})

/** The access lines, once there are so many. */
async function accessLines(count: number): Promise<Record<string, unknown>[]> {
  const lines = () => gateway.log.filter(line => line.includes('"msg":"request"'))
  await eventually(() => lines().length >= count)
  return lines().map(line => JSON.parse(line))
}

describe('the access log', () => {
  test('has one line per request that says who did what and how it ended [OPS-1]', async () => {
    const alice = await identity.bearer('gateway')
    await post(gateway.url, jsonRpc('initialize', '0'), alice)
    await post(gateway.url, jsonRpc('tools/call', '1', '{"name":"echo"}'), alice)
    await post(gateway.url, jsonRpc('ping', '1'))
    await post(gateway.url, jsonRpc('ping', '1'), { authorization: 'Bearer dead' })
    await post(gateway.url, '{', alice)
    await ask(`${gateway.origin}/nowhere?secret=1`)
    await ask(`${gateway.origin}/.well-known/oauth-protected-resource/mcp`)
    const lines = await accessLines(7)
    expect(lines).toHaveLength(7)
    const who = { subject: 'alice', client: 'fixture' }
    expect(lines).toMatchObject([
      { ...who, mcp: 'initialize', method: 'POST', status: 200, path: '/mcp', era: 'legacy' },
      { ...who, mcp: 'tools/call', name: 'echo', target: 'up', status: 200 },
      { status: 401, reason: 'missing_token' },
      { status: 401, reason: 'malformed_token' },
      { ...who, status: 400, reason: 'parse_error' },
      { status: 404, reason: 'no_route', path: '/nowhere' },
      { status: 200, path: '/.well-known/oauth-protected-resource/mcp' },
    ])
    for (const line of lines) {
      expect(line).toMatchObject({ durationMs: expect.any(Number), address: '127.0.0.1' })
    }
  })

  test('says that a client went away [OPS-1] [EDGE-11]', async () => {
    const alice = await identity.bearer('gateway')
    const { headers } = await post(gateway.url, jsonRpc('initialize', '0'), alice)
    const session = { ...alice, 'mcp-session-id': String(headers['mcp-session-id']) }
    const stream = await openTestStream(gateway.url, { headers: session })
    stream.close()
    expect((await accessLines(2))[1]).toMatchObject({
      method: 'GET',
      subject: 'alice',
      target: 'up',
    })
  })

  test('names the one server that a request of a federation went to [OPS-1]', async () => {
    const servers = ['one', 'two'].map(name => `{name: ${name}, mcp: {host: "${upstream.url}"}}`)
    await gateway.reconfigure(
      configuration(
        [{ backend: `{mcp: {targets: [${servers.join(', ')}]}}` }],
        '{adminAddr: "127.0.0.1:0", logging: {level: trace, format: json}}',
      ),
    )
    const before = (await accessLines(0)).length
    const call = (id: number, target: string): string =>
      jsonRpc('tools/call', String(id), `{"name":"${target}_echo"}`)
    await post(gateway.url, call(1, 'two'))
    await post(gateway.url, jsonRpc('tools/list', '2'))
    await post(gateway.url, call(3, 'nobody'))
    await post(gateway.url, `[${call(4, 'one')},${call(5, 'two')},${call(6, 'one')}]`)
    const lines = (await accessLines(before + 4)).slice(before)
    expect(lines.map(({ target }) => target)).toEqual(['two', undefined, undefined, undefined])
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    expect(metrics).toMatch(/portcullis_mcp_calls_total\{.*method="tools\/call",target="two"/)
  })
})

test('tokens, arguments, sessions and queries are in no line, answer or metric [OPS-2] [CFG-9]', async () => {
  const marks = {
    argument: 'mark-argument-5f1e',
    query: 'mark-query-77aa',
    cookie: 'mark-cookie-91c2',
    opaque: 'mark-opaque-token-0b3d',
    subject: 'mark-other-claim-2d2d',
  }
  const good = await identity.token('gateway', { private: marks.subject })
  const expired = await identity.sign({
    iss: identity.issuer,
    aud: 'gateway',
    sub: 'eve',
    exp: 1,
    private: marks.subject,
  })
  const call = jsonRpc(
    'tools/call',
    '1',
    JSON.stringify({ name: 'echo', arguments: { password: marks.argument } }),
  )
  const sessions: string[] = []
  for (const path of ['/mcp', '/stdio/mcp']) {
    const url = `${gateway.origin}${path}?access_token=${marks.query}`
    for (const token of [good, expired, marks.opaque]) {
      const headers = { authorization: `Bearer ${token}`, cookie: `session=${marks.cookie}` }
      const opened = await post(url, jsonRpc('initialize', '0'), headers)
      const id = opened.headers['mcp-session-id']
      if (typeof id === 'string') sessions.push(id)
      await post(url, call, {
        ...headers,
        ...(typeof id === 'string' ? { 'mcp-session-id': id } : {}),
      })
      await post(url, call.slice(0, -1), headers)
      await post(url, call, { ...headers, 'mcp-session-id': `x${marks.opaque}` })
    }
  }
  await upstream.close()
  await post(gateway.url, call, { authorization: `Bearer ${good}` })
  await gateway.reconfigure(yaml(', cors: {allowOrigins: ["https://app.example"]}'))

  const output =
    gateway.log.join('') +
    (await ask(`${admin}/metrics`)).body +
    (await ask(`${admin}/healthz/ready`)).body
  expect(output.length).toBeGreaterThan(5000)
  expect(sessions.length).toBeGreaterThan(2)
  const parts = [good, expired].flatMap(token => token.split('.')).filter(part => part.length > 40)
  for (const secret of [...Object.values(marks), ...sessions, ...parts]) {
    expect(output).not.toContain(secret)
  }
})

describe('the admin listener', () => {
  test('is on loopback and tells who asks that the process works [OPS-3] [OPS-6]', async () => {
    expect(new URL(admin).hostname).toBe('127.0.0.1')
    const live = await ask(`${admin}/healthz/live`)
    expect([live.status, live.json()]).toEqual([200, { status: 'ok' }])
    expect((await ask(`${admin}/healthz/live`, { method: 'HEAD' })).body).toBe('')
    expect((await ask(`${admin}/healthz/live`, { method: 'POST' })).status).toBe(405)
    expect((await ask(`${admin}/config`)).status).toBe(404)
  })

  test('serves nothing of it to clients of the gateway [OPS-6]', async () => {
    for (const path of ['/healthz/live', '/healthz/ready', '/metrics']) {
      expect((await ask(gateway.origin + path)).status).toBe(404)
    }
  })

  test('says what does not work although the gateway serves [OPS-4]', async () => {
    // Asking is what makes the gateway look for keys that nobody has needed yet.
    const first = async () => (await ask(`${admin}/healthz/ready`)).json()
    await expect.poll(first).toEqual({ status: 'ok', degraded: [] })
    await gateway.reconfigure(
      yaml().replace(
        /mcpAuthentication: \{[^}]*\}[^}]*\}/,
        'mcpAuthentication: {issuer: "http://127.0.0.1:9"}',
      ),
    )
    const ready = await ask(`${admin}/healthz/ready`)
    expect(ready.status).toBe(200)
    expect(ready.json()).toMatchObject({
      status: 'degraded',
      degraded: [
        { what: expect.stringContaining('route0'), reason: expect.stringContaining('127.0.0.1:9') },
      ],
    })
  })

  test('is 503 from the moment the gateway drains until it ends [OPS-4] [CLI-8]', async () => {
    const alice = await identity.bearer('gateway')
    const { headers } = await post(gateway.url, jsonRpc('initialize', '0'), alice)
    const session = { ...alice, 'mcp-session-id': String(headers['mcp-session-id']) }
    const stream = await openTestStream(gateway.url, { headers: session })
    const stopped = gateway.stop()
    await expect.poll(() => ask(`${admin}/healthz/ready`)).toMatchObject({ status: 503 })
    expect((await ask(`${admin}/healthz/ready`)).json()).toMatchObject({ reason: 'draining' })
    await stopped
    await stream.ended.catch(() => undefined)
  })
})

test('metrics count requests, calls, authentications, sessions and reloads [OPS-5]', async () => {
  const alice = await identity.bearer('gateway')
  const { headers } = await post(gateway.url, jsonRpc('initialize', '0'), alice)
  const session = { ...alice, 'mcp-session-id': String(headers['mcp-session-id']) }
  const stream = await openTestStream(gateway.url, { headers: session })
  await post(gateway.url, jsonRpc('tools/call', '1', '{"name":"echo"}'), session)
  await post(gateway.url, jsonRpc('ping', '1'))
  await post(gateway.url, jsonRpc('ping', '1'), { authorization: 'Bearer dead' })
  await gateway.reconfigure('binds: []\nnonsense: 1\n')
  await gateway.reconfigure(yaml(', timeout: {requestTimeout: 20s}'))
  await accessLines(4)

  const metrics = async () => (await ask(`${admin}/metrics`)).body
  const value = async (pattern: RegExp): Promise<number> =>
    Number(pattern.exec(await metrics())?.[1])
  expect(
    await value(
      /portcullis_requests_total\{[^}]*route="[^"]*route0"[^}]*status="401"[^}]*\} (\d+)/,
    ),
  ).toBe(2)
  expect(
    await value(
      /portcullis_mcp_calls_total\{[^}]*method="tools\/call"[^}]*outcome="ok"[^}]*\} (\d+)/,
    ),
  ).toBe(1)
  expect(await value(/portcullis_authentications_total\{[^}]*outcome="ok"\} (\d+)/)).toBe(3)
  expect(
    await value(/portcullis_authentications_total\{[^}]*outcome="missing_token"\} (\d+)/),
  ).toBe(1)
  expect(
    await value(/portcullis_authentications_total\{[^}]*outcome="malformed_token"\} (\d+)/),
  ).toBe(1)
  expect(await value(/portcullis_sessions_opened_total (\d+)/)).toBe(1)
  expect(await value(/portcullis_reloads_total\{outcome="ok"\} (\d+)/)).toBe(1)
  expect(await value(/portcullis_reloads_total\{outcome="refused"\} (\d+)/)).toBe(1)
  expect(
    await value(/portcullis_request_duration_seconds_count\{[^}]*route0"[^}]*\} (\d+)/),
  ).toBeGreaterThan(2)
  stream.close()
  await ask(gateway.url, { method: 'DELETE', headers: session })
  expect(await value(/portcullis_sessions_ended_total (\d+)/)).toBe(1)
})
