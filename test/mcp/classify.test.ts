import type { IncomingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/mcp/call.ts'
import { classify, isCallFailure, LADDER } from '../../src/mcp/classify.ts'
import type { CallFailureKind } from '../../src/mcp/failure.ts'

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}
const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}
const MODERN = { ...JSON_HEADERS, 'mcp-protocol-version': '2026-07-28' }

const call = (params: object = {}, method = 'tools/call'): object => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params,
})
const modern = (params: object = {}, method = 'tools/call'): object =>
  call({ _meta: META, ...params }, method)

function run(headers: IncomingHttpHeaders, body: unknown): ReturnType<typeof classify> {
  return classify(headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
}

describe('what is taken for a call', () => {
  test.each<[string, IncomingHttpHeaders, unknown, Partial<Call>]>([
    [
      'a legacy request',
      JSON_HEADERS,
      call({ name: 'echo' }),
      { era: 'legacy', kind: 'request', method: 'tools/call', name: 'echo', id: 1 },
    ],
    [
      'a legacy request of an old revision',
      { ...JSON_HEADERS, 'mcp-protocol-version': '2024-11-05' },
      call(),
      { era: 'legacy', version: '2024-11-05' },
    ],
    ['a session header', { ...JSON_HEADERS, 'mcp-session-id': 's' }, call(), { session: 's' }],
    [
      'initialize, whatever version the header names',
      { ...JSON_HEADERS, 'mcp-protocol-version': '1999-01-01' },
      call({ protocolVersion: '2025-11-25' }, 'initialize'),
      { era: 'legacy', method: 'initialize' },
    ],
    [
      'a notification',
      JSON_HEADERS,
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { kind: 'notification' },
    ],
    [
      'a response',
      JSON_HEADERS,
      { jsonrpc: '2.0', id: 'a', result: {} },
      { kind: 'response', method: '' },
    ],
    [
      'a batch',
      JSON_HEADERS,
      [call(), { jsonrpc: '2.0', method: 'x' }],
      { kind: 'batch', era: 'legacy' },
    ],
    [
      'curl, with its Accept',
      { 'content-type': 'application/json', accept: '*/*' },
      call(),
      { acceptsStream: false },
    ],
    [
      'no Accept at all',
      { 'content-type': 'application/json; charset=utf-8' },
      call(),
      { acceptsStream: false },
    ],
    [
      'a modern request',
      { ...MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'echo' },
      modern({ name: 'echo' }),
      { era: 'modern', version: '2026-07-28', name: 'echo' },
    ],
    [
      'a session header on a modern request, which means nothing',
      { ...MODERN, 'mcp-method': 'tools/list', 'mcp-session-id': 's' },
      modern({}, 'tools/list'),
      { era: 'modern', session: undefined },
    ],
    [
      'a name that a header cannot carry',
      { ...MODERN, 'mcp-method': 'tools/call', 'mcp-name': '=?base64?w6TDtsO8?=' },
      modern({ name: 'äöü' }),
      { name: 'äöü' },
    ],
    [
      'a resource',
      { ...MODERN, 'mcp-method': 'resources/read', 'mcp-name': 'file:///a' },
      modern({ uri: 'file:///a' }, 'resources/read'),
      { name: 'file:///a' },
    ],
    [
      'a modern notification',
      { ...MODERN, 'mcp-method': 'notifications/x' },
      { jsonrpc: '2.0', method: 'notifications/x' },
      { era: 'modern', kind: 'notification' },
    ],
  ])('%s', (_name, headers, body, wanted) => {
    expect(run(headers, body)).toMatchObject(wanted)
  })
})

describe('what is refused, and at which rung [CALL-7] [CALL-8]', () => {
  const named = { ...MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'echo' }
  test.each<[string, IncomingHttpHeaders, unknown, CallFailureKind]>([
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'a=b',
      'unsupported_media_type',
    ],
    ['no media type', {}, call(), 'unsupported_media_type'],
    [
      'a media type that only begins so',
      { 'content-type': 'application/jsonp' },
      call(),
      'unsupported_media_type',
    ],
    [
      'a client that wants pages',
      { ...JSON_HEADERS, accept: 'text/html' },
      call(),
      'not_acceptable',
    ],
    [
      'a client that excludes both',
      { ...JSON_HEADERS, accept: 'application/json;q=0, text/event-stream; q=0.0' },
      call(),
      'not_acceptable',
    ],
    [
      'a compressed body',
      { ...JSON_HEADERS, 'content-encoding': 'gzip' },
      call(),
      'unsupported_media_type',
    ],
    ['broken JSON', JSON_HEADERS, '{"jsonrpc":', 'parse_error'],
    ['an empty body', JSON_HEADERS, '', 'parse_error'],
    ['JSON that is no message', JSON_HEADERS, 'null', 'invalid_request'],
    ['another JSON-RPC', JSON_HEADERS, { jsonrpc: '1.0', id: 1, method: 'x' }, 'invalid_request'],
    ['an id of null', JSON_HEADERS, { jsonrpc: '2.0', id: null, method: 'x' }, 'invalid_request'],
    [
      'result and error at once',
      JSON_HEADERS,
      { jsonrpc: '2.0', id: 1, result: {}, error: {} },
      'invalid_request',
    ],
    [
      'parameters by position',
      JSON_HEADERS,
      { jsonrpc: '2.0', id: 1, method: 'x', params: [] },
      'invalid_request',
    ],
    ['an empty batch', JSON_HEADERS, [], 'invalid_request'],
    ['a batch with a modern element', JSON_HEADERS, [modern()], 'invalid_request'],
    [
      'a second Method for a server that ignores case',
      JSON_HEADERS,
      { ...call(), Method: 'x' },
      'invalid_request',
    ],
    [
      'a second Name in the parameters',
      JSON_HEADERS,
      call({ name: 'a', Name: 'b' }),
      'invalid_request',
    ],
    [
      'an unknown legacy version',
      { ...JSON_HEADERS, 'mcp-protocol-version': 'yesterday' },
      call(),
      'unsupported_version',
    ],
    [
      'a modern version that does not exist yet',
      { ...JSON_HEADERS, 'mcp-protocol-version': '2027-01-01', 'mcp-method': 'x' },
      modern({ _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': '2027-01-01' } }, 'x'),
      'unsupported_version',
    ],
    ['a modern header without envelope', named, call({ name: 'echo' }), 'invalid_params'],
    [
      'an envelope without capabilities',
      named,
      modern({ _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }),
      'invalid_params',
    ],
    [
      'a version that is no string',
      named,
      modern({ _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': 1 } }),
      'invalid_params',
    ],
    ['a modern body without the header', JSON_HEADERS, modern(), 'header_mismatch'],
    [
      'header and body of two versions',
      { ...named, 'mcp-protocol-version': '2025-11-25' },
      modern({ name: 'echo' }),
      'header_mismatch',
    ],
    ['initialize with a modern header', MODERN, call({}, 'initialize'), 'header_mismatch'],
    ['no Mcp-Method', MODERN, modern({ name: 'echo' }), 'header_mismatch'],
    [
      'another Mcp-Method',
      { ...named, 'mcp-method': 'tools/list' },
      modern({ name: 'echo' }),
      'header_mismatch',
    ],
    [
      'Mcp-Method in another case',
      { ...named, 'mcp-method': 'Tools/Call' },
      modern({ name: 'echo' }),
      'header_mismatch',
    ],
    [
      'no Mcp-Name',
      { ...MODERN, 'mcp-method': 'tools/call' },
      modern({ name: 'echo' }),
      'header_mismatch',
    ],
    [
      'another Mcp-Name',
      { ...named, 'mcp-name': 'harmless' },
      modern({ name: 'echo' }),
      'header_mismatch',
    ],
    [
      'a broken Base64 name',
      { ...named, 'mcp-name': '=?base64?!!!?=' },
      modern({ name: 'echo' }),
      'header_mismatch',
    ],
  ])('%s', (_name, headers, body, kind) => {
    expect(run(headers, body)).toMatchObject({ kind })
  })

  test('bytes that are no UTF-8, which a server may drop, so that it reads another name', () => {
    const before = Buffer.from(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"del',
    )
    const after = Buffer.from('ete"}}')
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]])
      expect(
        classify(JSON_HEADERS, Buffer.concat([before, Buffer.from(bytes), after])),
      ).toMatchObject({ kind: 'parse_error', detail: expect.stringContaining('UTF-8') as string })
    const written = Buffer.concat([before, Buffer.from('\ufffd'), after])
    expect(classify(JSON_HEADERS, written)).toMatchObject({ name: 'del\ufffdete' })
  })

  test('each failure belongs to a rung, and several are answered by the first', () => {
    expect(LADDER.map(({ name }) => name)).toEqual([
      'media type',
      'accept',
      'json',
      'message',
      'member spelling',
      'era',
      'version',
      'mirrored headers',
    ])
    expect(run({ 'content-type': 'text/plain', accept: 'text/html' }, 'x')).toMatchObject({
      kind: 'unsupported_media_type',
    })
    expect(run({ ...JSON_HEADERS, 'mcp-protocol-version': '2026-07-28' }, call())).toMatchObject({
      kind: 'invalid_params',
    })
  })
})

test.each([
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","\\u006eame":"b"}}',
  '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"b"}}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"},"params":{"name":"b"}}',
  '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}]',
  '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"uri":"a","uri":"b"}}]',
])('a message that two parsers may read differently is refused: %s', body => {
  expect(run(JSON_HEADERS, body)).toMatchObject({ kind: 'invalid_request' })
})

test('whatever is sent, the outcome is a call or a failure of the ladder, never a fault', () => {
  const kinds = new Set(LADDER.flatMap(rung => rung.kinds))
  const headers = fc.record({
    'content-type': fc.constantFrom('application/json', 'text/plain'),
    accept: fc.option(fc.string(), { nil: undefined }),
    'mcp-protocol-version': fc.option(fc.constantFrom('2026-07-28', '2025-06-18', '', 'x'), {
      nil: undefined,
    }),
    'mcp-method': fc.option(fc.string(), { nil: undefined }),
    'mcp-name': fc.option(fc.string(), { nil: undefined }),
  })
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constantFrom(JSON.stringify(call()), JSON.stringify(modern())),
  )
  fc.assert(
    fc.property(headers, body, (given, text) => {
      const outcome = run(given, text)
      if (isCallFailure(outcome)) expect(kinds).toContain(outcome.kind)
      else expect(outcome.text).toBe(text)
    }),
  )
})
