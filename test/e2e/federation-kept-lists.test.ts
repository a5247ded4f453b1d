import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'
import { openTestStream } from '../support/event-stream.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'
import { connectV1 } from '../support/mcp-clients.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await createTestIdentity()
})
afterAll(() => identity.remove())

const AUDIENCE = 'http://gateway.test/mcp'
const VERSION = '2026-07-28'
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': {},
}

type Server = RecordingServer & {
  /** How often it was asked for its tools. */
  lists(): number
  announce(): void
}

/** A server of both eras with two pages of tools, which say how long they hold. */
async function server(hints: string): Promise<Server> {
  let announce = (): void => undefined
  const recording = await startRecordingServer(({ method: verb, body }, response) => {
    if (verb !== 'POST') return void response.writeHead(405).end()
    const { id, method, params } = JSON.parse(body.toString())
    const answer = (result: string): void => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`)
    }
    const own = '"capabilities":{"tools":{"listChanged":true}}'
    if (id === undefined) response.writeHead(202).end()
    else if (method === 'server/discover')
      answer(
        `{"resultType":"complete","supportedVersions":["${VERSION}"],${own},"ttlMs":60000,"cacheScope":"public"}`,
      )
    else if (method === 'initialize')
      answer(`{"protocolVersion":"2025-11-25",${own},"serverInfo":{"name":"s","version":"1"}}`)
    else if (method === 'tools/list')
      answer(
        params?.cursor === undefined
          ? `{"resultType":"complete","tools":[{"name":"one","inputSchema":{"type":"object"}}${canSample(params) ? ',{"name":"sampler","inputSchema":{"type":"object"}}' : ''}],"nextCursor":"2"${hints}}`
          : `{"resultType":"complete","tools":[{"name":"two","inputSchema":{"type":"object"}}]${hints}}`,
      )
    else if (method === 'subscriptions/listen') {
      const say = (name: string, rest: string): void =>
        void response.write(
          `data: {"jsonrpc":"2.0","method":"notifications/${name}","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":${JSON.stringify(id)}}${rest}}}\n\n`,
        )
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      say('subscriptions/acknowledged', ',"notifications":{"toolsListChanged":true}')
      announce = () => say('tools/list_changed', '')
    } else {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":-32602,"message":"Unknown tool"}}`,
      )
    }
  })
  onTestFinished(recording.close)
  return {
    ...recording,
    lists: () =>
      recording.received.filter(({ body }) => body.includes('"method":"tools/list"')).length,
    announce: () => announce(),
  }
}

/** It has one tool more for clients that lend it their model. */
function canSample(params?: { _meta?: Record<string, { sampling?: object }> }): boolean {
  return params?._meta?.['io.modelcontextprotocol/clientCapabilities']?.sampling !== undefined
}

async function federation(servers: readonly Server[], prefixMode = 'always'): Promise<TestGateway> {
  const targets = servers
    .map(({ url }, index) => `{name: s${index}, mcp: {host: "${url}"}}`)
    .join(', ')
  const gateway = await startTestGateway(`
binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - routes:
    - matches: [{path: {exact: /mcp}}]
      policies: {mcpAuthentication: {${identity.trust}, mode: optional, audiences: ["${AUDIENCE}"]}}
      backends: [{mcp: {prefixMode: ${prefixMode}, targets: [${targets}]}}]
`)
  onTestFinished(() => gateway.stop())
  return gateway
}

/** A server of the same era that offers nothing. */
async function quiet(): Promise<Server> {
  const recording = await startRecordingServer(({ body }, response) => {
    const { id } = JSON.parse(body.toString())
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"complete","supportedVersions":["${VERSION}"],"capabilities":{},"ttlMs":60000,"cacheScope":"public"}}`,
    )
  })
  onTestFinished(recording.close)
  return { ...recording, lists: () => 0, announce: () => undefined }
}

async function call(
  gateway: TestGateway,
  method: string,
  params: object = {},
  headers: Record<string, string> = {},
) {
  const named = params as { name?: string }
  const answer = await post(
    gateway.url,
    { jsonrpc: '2.0', id: 'x', method, params: { _meta: META, ...params } },
    {
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      ...(named.name !== undefined && { 'mcp-name': named.name }),
      accept: 'application/json',
      ...headers,
    },
  )
  return answer.json()
}

const PUBLIC = ',"ttlMs":60000,"cacheScope":"public"'
const PRIVATE = ',"ttlMs":60000,"cacheScope":"private"'

test('public pages are kept for everybody, each by its cursor, and say how long they still hold [LIST-1]', async () => {
  const one = await server(PUBLIC)
  const gateway = await federation([one])
  const alice = await identity.bearer(AUDIENCE)
  const first = await call(gateway, 'tools/list', {}, alice)
  expect(first.result).toMatchObject({
    tools: [{ name: 's0_one' }],
    ttlMs: 60_000,
    cacheScope: 'public',
  })
  const again = await call(gateway, 'tools/list')
  expect(again.result.tools).toEqual(first.result.tools)
  expect(again.result.ttlMs).toBeLessThanOrEqual(60_000)
  expect(again.result.ttlMs).toBeGreaterThan(0)
  expect(one.lists()).toBe(1)
  for (let page = 0; page < 2; page++) {
    const { result } = await call(gateway, 'tools/list', { cursor: again.result.nextCursor })
    expect(result.tools).toMatchObject([{ name: 's0_two' }])
  }
  expect(one.lists()).toBe(2)
})

test('private pages are kept for the token that asked, and for no anonymous caller [LIST-1]', async () => {
  const one = await server(PRIVATE)
  const gateway = await federation([one])
  const alice = await identity.bearer(AUDIENCE)
  const aliceToo = await identity.bearer(AUDIENCE, { scope: 'more' })
  await call(gateway, 'tools/list', {}, alice)
  expect((await call(gateway, 'tools/list', {}, alice)).result).toMatchObject({
    tools: [{ name: 's0_one' }],
    cacheScope: 'private',
  })
  expect(one.lists()).toBe(1)
  await call(gateway, 'tools/list', {}, aliceToo)
  expect(one.lists()).toBe(2)
  await call(gateway, 'tools/list')
  await call(gateway, 'tools/list')
  expect(one.lists()).toBe(4)
})

test('other parameters and headers are another list, and a page without a time is asked for each time [LIST-1]', async () => {
  const one = await server(PUBLIC)
  const hasty = await server('')
  const gateway = await federation([one, hasty])
  await call(gateway, 'tools/list')
  const traced = { _meta: { ...META, traceparent: '00-1-2-01' } }
  await call(gateway, 'tools/list', traced, { 'x-request-id': '7' })
  expect([one.lists(), hasty.lists()]).toEqual([1, 2])
  const { result } = await call(gateway, 'tools/list', {
    _meta: { ...META, 'example/locale': 'de' },
  })
  expect([one.lists(), hasty.lists()]).toEqual([2, 3])
  expect(result).toMatchObject({ ttlMs: 0, cacheScope: 'private' })
  for (const toolsets of ['repos', 'repos', 'issues'])
    await call(gateway, 'tools/list', {}, { 'x-mcp-toolsets': toolsets })
  expect(one.lists()).toBe(4)
})

test('a change that is announced and an error drop what is kept of the target, and of no other [LIST-2]', async () => {
  const one = await server(PUBLIC)
  const other = await server(PUBLIC)
  const gateway = await federation([one, other])
  const stream = await openTestStream(gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': VERSION,
      'mcp-method': 'subscriptions/listen',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'subscriptions/listen',
      params: { _meta: META, notifications: { toolsListChanged: true } },
    }),
  })
  await stream.until('acknowledged')
  await call(gateway, 'tools/list')
  await call(gateway, 'tools/list')
  expect([one.lists(), other.lists()]).toEqual([1, 1])
  one.announce()
  await stream.until('list_changed')
  await call(gateway, 'tools/list')
  expect([one.lists(), other.lists()]).toEqual([2, 1])
  expect((await call(gateway, 'tools/call', { name: 's1_gone' })).error.code).toBe(-32602)
  await call(gateway, 'tools/list')
  expect([one.lists(), other.lists()]).toEqual([2, 2])
  stream.close()
})

test('clients of the legacy era, whose lists do not say how long they hold, are shown new ones [LIST-2]', async () => {
  const one = await server(PUBLIC)
  const gateway = await federation([one])
  const { client } = await connectV1(gateway.url)
  await client.listTools()
  await client.listTools()
  expect(one.lists()).toBe(2)
  await client.close()
})

test('where names carry no target, what a client can do decides which tools it may call [LIST-4]', async () => {
  const one = await server(PUBLIC)
  const gateway = await federation([one, await quiet()], 'never')
  const calls = (): number =>
    one.received.filter(({ body }) => body.includes('"method":"tools/call"')).length
  const _meta = { ...META, 'io.modelcontextprotocol/clientCapabilities': { sampling: {} } }
  expect((await call(gateway, 'tools/call', { name: 'sampler' })).error.message).toBe(
    'Unknown tool: sampler',
  )
  expect(calls()).toBe(0)
  await call(gateway, 'tools/call', { name: 'sampler', _meta })
  expect(calls()).toBe(1)
  const listed = await call(gateway, 'tools/list', { _meta })
  expect(listed.result.tools).toMatchObject([{ name: 'one' }, { name: 'sampler' }])
})

test('callers that provoke errors do not have the list asked for at each of them [LIST-2]', async () => {
  const one = await server(PUBLIC)
  const gateway = await federation([one])
  for (let turn = 0; turn < 20; turn++) {
    await call(gateway, 'tools/list')
    await call(gateway, 'tools/call', { name: 's0_gone' })
  }
  expect(one.lists()).toBeLessThan(20)
})
