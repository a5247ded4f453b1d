import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { program } from '../fixtures/program.ts'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { configuration, httpTarget, stdioTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

let upstream: RecordingServer
let identity: TestIdentity

beforeAll(async () => {
  upstream = await startRecordingServer()
  identity = await createTestIdentity()
})
afterAll(async () => {
  await upstream.close()
  await identity.remove()
})

const PATHS = ['/mcp', '/other/mcp']
const BACKENDS: Readonly<Record<string, () => string>> = {
  http: () => httpTarget(upstream.url),
  stdio: () => stdioTarget(program('stdio-server')),
}

describe.each(Object.keys(BACKENDS))('a session over %s', target => {
  let gateway: TestGateway
  let alice: { authorization: string }
  let id: string

  beforeEach(async () => {
    gateway = await startTestGateway(
      configuration(
        PATHS.map(path => ({
          match: `{path: {exact: ${path}}}`,
          policies: `{mcpAuthentication: {${identity.trust}, audience: gateway}}`,
          backend: BACKENDS[target]?.() ?? '',
        })),
      ),
    )
    alice = await identity.bearer('gateway')
    const opened = await post(gateway.url, jsonRpc('initialize', '0'), alice)
    expect(opened.status).toBe(200)
    id = String(opened.headers['mcp-session-id'])
  })
  afterEach(() => gateway.stop())

  const ping = async (session: string, who = alice, url = gateway.url) =>
    (await post(url, jsonRpc('ping', '1'), { ...who, 'mcp-session-id': session })).status

  test('belongs to who opened it, with a refreshed token as well [SESS-1] [SESS-3]', async () => {
    expect(await ping(id)).toBe(200)
    const refreshed = await identity.bearer('gateway', { jti: 'another token' })
    expect(refreshed.authorization).not.toBe(alice.authorization)
    expect(await ping(id, refreshed)).toBe(200)
    expect(await ping(id, await identity.bearer('gateway', { sub: 'bob' }))).toBe(404)
    expect((await post(gateway.url, jsonRpc('ping', '1'), { 'mcp-session-id': id })).status).toBe(
      401,
    )
  })

  test('is unknown to another route [SESS-1]', async () => {
    expect(await ping(id, alice, `${gateway.origin}/other/mcp`)).toBe(404)
  })

  test('cannot be made up or altered, and all refusals look alike [SESS-2]', async () => {
    const middle = Math.floor(id.length / 2)
    const altered = id.slice(0, middle) + (id[middle] === 'A' ? 'B' : 'A') + id.slice(middle + 1)
    const bodies = new Set<string>()
    for (const session of ['garbage', 'x'.repeat(3000), altered, `${id}x`, '1']) {
      const answer = await post(gateway.url, jsonRpc('ping', '1'), {
        ...alice,
        'mcp-session-id': session,
      })
      expect(answer.status, session).toBe(404)
      bodies.add(answer.body)
    }
    expect(bodies.size).toBe(1)
    expect(JSON.parse([...bodies][0] ?? '')).toMatchObject({ id: 1, error: { code: -32000 } })
  })

  test('is over after DELETE, for everything [SESS-2] [CALL-3]', async () => {
    const headers = { ...alice, 'mcp-session-id': id }
    expect((await ask(gateway.url, { method: 'DELETE', headers })).status).toBe(200)
    expect(await ping(id)).toBe(404)
    expect((await ask(gateway.url, { headers })).status).toBe(404)
    expect((await ask(gateway.url, { method: 'DELETE', headers })).status).toBe(404)
  })

  test('of another user cannot be ended or listened to [SESS-1]', async () => {
    const headers = { ...(await identity.bearer('gateway', { sub: 'bob' })), 'mcp-session-id': id }
    expect((await ask(gateway.url, { headers })).status).toBe(404)
    expect((await ask(gateway.url, { method: 'DELETE', headers })).status).toBe(404)
    expect(await ping(id)).toBe(200)
  })
})

describe('a session in time', () => {
  const limited = (mcp: string) =>
    configuration([{ backend: httpTarget(upstream.url) }], `{adminAddr: "off", mcp: ${mcp}}`)
  const open = async (url: string) =>
    String((await post(url, jsonRpc('initialize', '0'))).headers['mcp-session-id'])

  test('is over when it was not used for as long as is configured [SESS-2] [SESS-6]', async () => {
    await using gateway = await startTestGateway(limited('{sessionTtl: 50ms}'))
    const session = { 'mcp-session-id': await open(gateway.url) }
    await new Promise(resolve => setTimeout(resolve, 120))
    expect((await post(gateway.url, jsonRpc('ping', '1'), session)).status).toBe(404)
  })

  test('is over after its longest life, however much it is used [SESS-2] [SESS-6]', async () => {
    await using gateway = await startTestGateway(limited('{sessionMaxAge: 50ms}'))
    const session = { 'mcp-session-id': await open(gateway.url) }
    await new Promise(resolve => setTimeout(resolve, 120))
    expect((await post(gateway.url, jsonRpc('ping', '1'), session)).status).toBe(404)
  })
})

test('a key of the configuration makes a session survive a restart [SESS-3]', async () => {
  const yaml = configuration(
    [
      {
        policies: `{mcpAuthentication: {${identity.trust}, audience: gateway}}`,
        backend: httpTarget(upstream.url),
      },
    ],
    `{adminAddr: "off", session: {key: "${'ab'.repeat(32)}"}}`,
  )
  const alice = await identity.bearer('gateway')
  const first = await startTestGateway(yaml)
  const opened = await post(first.url, jsonRpc('initialize', '0'), alice)
  await first.stop()
  await using second = await startTestGateway(yaml)
  const headers = { ...alice, 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  expect((await post(second.url, jsonRpc('ping', '1'), headers)).status).toBe(200)
})
