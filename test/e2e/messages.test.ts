import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'

let upstream: RecordingServer
let gateway: TestGateway
let session: string

beforeAll(async () => {
  upstream = await startRecordingServer()
  gateway = await startTestGateway(configuration([{ backend: httpTarget(upstream.url) }]))
  const opened = await post(
    gateway.url,
    jsonRpc('initialize', '0', '{"protocolVersion":"2025-11-25"}'),
  )
  session = String(opened.headers['mcp-session-id'])
})
afterAll(async () => {
  await gateway.stop()
  await upstream.close()
})

const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'

function modern(method: string, params: object, meta: object = {}): string {
  const _meta = { [VERSION]: '2026-07-28', [CAPABILITIES]: {}, ...meta }
  return jsonRpc(method, '7', JSON.stringify({ ...params, _meta }))
}

const modernHeaders = {
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'echo',
}

describe('a request', () => {
  test.each(['-7', '0', '"a-1"', '""', '9007199254740993', '1.50'])(
    'with the id %s goes through byte for byte, and so does its answer [CALL-1] [CALL-4]',
    async id => {
      const params =
        '{"name":"echo","z":1,"a":{"n":12345678901234567890,"f":1.0,"é":"\\u00e9\\/"},"_unknown":[null]}'
      const body = jsonRpc('tools/call', id, params)
      const answer = await post(gateway.url, body, { 'mcp-session-id': session })
      expect(upstream.received.at(-1)?.body.toString()).toBe(body)
      // The fixture reads whole numbers and plain strings only.
      if (id === '1.50') return
      expect(answer.body).toBe(`{"jsonrpc":"2.0","id":${id},"result":${params}}`)
    },
  )

  test('of the stateless era is passed on with what it says about itself [CALL-4]', async () => {
    const body = modern('tools/call', { name: 'echo', arguments: { a: 1 } })
    const answer = await post(gateway.url, body, { ...modernHeaders, 'mcp-param-a': '1' })
    expect(answer.status).toBe(200)
    const received = upstream.received.at(-1)
    expect(received?.body.toString()).toBe(body)
    expect(received?.headers).toMatchObject({ ...modernHeaders, 'mcp-param-a': '1' })
    expect(received?.headers['mcp-session-id']).toBeUndefined()
    expect(answer.headers['mcp-session-id']).toBeUndefined()
  })

  test('may be large [CALL-4]', async () => {
    const params = `{"name":"echo","arguments":{"s":"${'é'.repeat(1_500_000)}"}}`
    const answer = await post(gateway.url, jsonRpc('tools/call', '1', params), {
      'mcp-session-id': session,
    })
    expect(answer.body).toBe(`{"jsonrpc":"2.0","id":1,"result":${params}}`)
  })
})

test('a notification and a response are passed on and answered 202 without a body [CALL-1]', async () => {
  const headers = { 'mcp-session-id': session }
  const messages = [
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    '{"jsonrpc":"2.0","method":"notifications/odd","params":{"n":1.0}}',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}',
  ]
  for (const message of messages) {
    const answer = await post(gateway.url, message, headers)
    expect([answer.status, answer.body], message).toEqual([202, ''])
    expect(upstream.received.at(-1)?.body.toString()).toBe(message)
  }
})

describe('what is no message', () => {
  const json = { 'content-type': 'application/json' }
  const session7 = modern('tools/call', { name: 'echo' })
  test.each<[string, string, Record<string, string>, number, number]>([
    ['no JSON', '{"jsonrpc":', json, 400, -32700],
    ['JSON of another kind', '"tools/list"', json, 400, -32600],
    ['an object without a version', '{"method":"ping","id":1}', json, 400, -32600],
    ['an empty batch', '[]', json, 400, -32600],
    ['another media type', '{}', { 'content-type': 'text/plain' }, 415, -32000],
    ['no media type', '{}', {}, 415, -32000],
    ['an Accept without JSON and streams', '{}', { ...json, accept: 'image/png' }, 406, -32000],
    [
      'a member that differs by case only',
      '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"x"}',
      json,
      400,
      -32600,
    ],
    [
      'a version that nobody knows',
      modern('ping', {}, { [VERSION]: '2027-01-01' }),
      { ...json, 'mcp-protocol-version': '2027-01-01' },
      400,
      -32022,
    ],
    [
      'a modern request without capabilities',
      modern('ping', {}, { [CAPABILITIES]: undefined }),
      { ...json, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'ping' },
      400,
      -32602,
    ],
    [
      'another version in the header',
      session7,
      { ...json, ...modernHeaders, 'mcp-protocol-version': '2025-11-25' },
      400,
      -32020,
    ],
    [
      'another method in the header',
      session7,
      { ...json, ...modernHeaders, 'mcp-method': 'tools/list' },
      400,
      -32020,
    ],
    [
      'another tool in the header',
      session7,
      { ...json, ...modernHeaders, 'mcp-name': 'other' },
      400,
      -32020,
    ],
  ])(
    '%s is refused and never reaches the server [CALL-7] [CALL-8]',
    async (_, body, headers, status, code) => {
      const before = upstream.received.length
      const answer = await ask(gateway.url, { method: 'POST', headers, body })
      expect(answer.status).toBe(status)
      expect(answer.json()).toMatchObject({ jsonrpc: '2.0', error: { code } })
      expect(upstream.received).toHaveLength(before)
    },
  )

  test('a refusal carries the id of the request where one can be read [CALL-7]', async () => {
    const answer = await post(gateway.url, session7, { ...modernHeaders, 'mcp-name': 'other' })
    expect(answer.json().id).toBe(7)
    const big = session7.replace('"id":7', '"id":9007199254740993')
    const exact = await post(gateway.url, big, { ...modernHeaders, 'mcp-name': 'other' })
    expect(exact.body).toContain('"id":9007199254740993')
  })

  test.each(['PUT', 'PATCH', 'OPTIONS'])('%s is 405 [CALL-7]', async method => {
    expect((await ask(gateway.url, { method })).status).toBe(405)
  })
})
