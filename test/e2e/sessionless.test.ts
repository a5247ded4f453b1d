import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { program } from '../fixtures/program.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { configuration, httpTarget, stdioTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post, type Request } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

const run = promisify(execFile)

let legacy: LegacyHttpServer
let everything: EverythingServer
let identity: TestIdentity

beforeAll(async () => {
  legacy = await startLegacyHttpServer()
  everything = await startEverythingServer()
  identity = await createTestIdentity()
})
afterAll(async () => {
  await legacy.close()
  await everything.close()
  await identity.remove()
})

const BACKENDS: Readonly<Record<string, () => string>> = {
  'an HTTP server that streams its answers': () => httpTarget(legacy.url),
  'an HTTP server of both eras': () => httpTarget(everything.url),
  'a program': () => stdioTarget(program('everything-server', '--stdio')),
}

describe.each(Object.keys(BACKENDS))('a request without a session to %s', name => {
  let gateway: TestGateway
  let bearer: string

  beforeAll(async () => {
    gateway = await startTestGateway(
      configuration([
        {
          policies: `{mcpAuthentication: {${identity.trust}}}`,
          backend: BACKENDS[name]?.() ?? '',
        },
      ]),
    )
    bearer = (await identity.bearer(gateway.url)).authorization
  })
  afterAll(() => gateway.stop())

  test('as people send it with curl, whose Accept is */*, is answered as JSON [SESS-4]', async () => {
    const message = '{"jsonrpc":"2.0","method":"tools/list","id":1}'
    const { stdout } = await run('curl', [
      ...['-s', '-w', '\n%{http_code} %{content_type} %{num_headers}', gateway.url],
      ...['-H', 'Content-Type: application/json', '-H', `Authorization: ${bearer}`, '-d', message],
    ])
    const [body = '', facts = ''] = stdout.split('\n')
    expect(facts).toMatch(/^200 application\/json/)
    const { jsonrpc, id, result } = JSON.parse(body)
    expect([jsonrpc, id]).toEqual(['2.0', 1])
    expect(result.tools.length).toBeGreaterThan(3)
  })

  test('leaves no session with the client, and works again and again [SESS-4]', async () => {
    for (const id of [1, 2, 3]) {
      const answer = await post(gateway.url, jsonRpc('tools/list', String(id)), {
        authorization: bearer,
        accept: '*/*',
      })
      expect(answer.headers['mcp-session-id']).toBeUndefined()
      expect(answer.json()).toMatchObject({ id, result: { tools: expect.any(Array) } })
    }
  })

  test('may come without MCP-Protocol-Version, or with an old one [CHAL-8]', async () => {
    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
      const headers = { authorization: bearer, 'mcp-protocol-version': version }
      expect((await post(gateway.url, jsonRpc('tools/list', '1'), headers)).status, version).toBe(
        200,
      )
    }
  })

  test.each<[string, Request]>([
    ['GET', { method: 'GET', headers: { accept: 'text/event-stream' } }],
    ['DELETE', { method: 'DELETE' }],
    ['a response', message('{"jsonrpc":"2.0","id":1,"result":{}}')],
    ['resources/subscribe', message(jsonRpc('resources/subscribe', '1', '{"uri":"a:b"}'))],
    ['resources/unsubscribe', message(jsonRpc('resources/unsubscribe', '1', '{"uri":"a:b"}'))],
    ['logging/setLevel', message(jsonRpc('logging/setLevel', '1', '{"level":"info"}'))],
  ])('that is %s needs one: 400 [SESS-5]', async (_, request) => {
    const headers = { ...request.headers, authorization: bearer }
    const answer = await ask(gateway.url, { ...request, headers })
    expect(answer.status).toBe(400)
    expect(answer.json().error.message).toContain('Mcp-Session-Id')
  })

  test('that is a notification is taken: 202 [SESS-4]', async () => {
    const answer = await post(
      gateway.url,
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      { authorization: bearer },
    )
    expect([answer.status, answer.body]).toEqual([202, ''])
  })
})

function message(body: string): Request {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body }
}

test('callers do not share what serves them [SESS-4]', async () => {
  await using gateway = await startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {${identity.trust}}}`,
        backend: stdioTarget(program('stdio-server')),
      },
    ]),
  )
  const processOf = async (sub: string): Promise<number> => {
    const bearer = await identity.bearer(gateway.url, { sub })
    const answer = await post(gateway.url, jsonRpc('tools/call', '1', '{"name":"state"}'), bearer)
    return JSON.parse(answer.json().result.content[0].text).pid
  }
  const alice = await processOf('alice')
  expect(await processOf('alice')).toBe(alice)
  expect(await processOf('bob')).not.toBe(alice)
})

test('a server that forgot its sessions is spoken to anew [SESS-4]', async () => {
  await using gateway = await startTestGateway(
    configuration([
      { policies: `{mcpAuthentication: {${identity.trust}}}`, backend: httpTarget(legacy.url) },
    ]),
  )
  const bearer = await identity.bearer(gateway.url)
  expect((await post(gateway.url, jsonRpc('tools/list', '1'), bearer)).status).toBe(200)
  await legacy.forgetSessions()
  expect((await post(gateway.url, jsonRpc('tools/list', '2'), bearer)).status).toBe(200)
})
