import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { type ModernHttpServer, startModernHttpServer } from '../fixtures/modern-http-server.ts'
import { program } from '../fixtures/program.ts'
import { openTestStream } from '../support/event-stream.ts'
import { http, startFederation, stdio } from '../support/federation.ts'
import type { TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { connectV1, connectV2, MODERN, names } from '../support/mcp-clients.ts'

let every: EverythingServer
let one: ModernHttpServer
let two: ModernHttpServer
let old: LegacyHttpServer
let gateway: TestGateway

beforeAll(async () => {
  every = await startEverythingServer()
  one = await startModernHttpServer('one')
  two = await startModernHttpServer('two')
  old = await startLegacyHttpServer('old')
  gateway = await startFederation([
    http('one', one.url),
    http('two', two.url),
    http('every', every.url),
  ])
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([every.close(), one.close(), two.close(), old.close()])
})

const TASKS = 'io.modelcontextprotocol/tasks'
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } },
}

function request(method: string, params: object = {}, id: number | string = 1) {
  const named = params as { name?: string; uri?: string; taskId?: string }
  const name =
    method === 'completion/complete' ? undefined : (named.name ?? named.uri ?? named.taskId)
  return {
    body: { jsonrpc: '2.0', id, method, params: { _meta: META, ...params } },
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
      accept: 'application/json, text/event-stream',
    },
  }
}

async function call(method: string, params: object = {}, url = gateway.url) {
  const { body, headers } = request(method, params)
  const answer = await post(url, body, { ...headers, accept: 'application/json' })
  return { status: answer.status, ...answer.json() }
}

test('server/discover says what the targets offer together [ERA-5]', async () => {
  const { result } = await call('server/discover')
  expect(result).toMatchObject({
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: {
      tools: { listChanged: true },
      prompts: { listChanged: true },
      completions: {},
      extensions: { [TASKS]: {} },
    },
    cacheScope: 'private',
    ttlMs: 0,
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'portcullis' } },
  })
  expect(result.instructions).toContain('# one\n\nHow to use one.')
})

test('lists keep the shortest time and the narrowest scope, and say that they are complete [ERA-2]', async () => {
  const { result } = await call('prompts/list')
  expect(result).toMatchObject({ resultType: 'complete', ttlMs: 1000, cacheScope: 'public' })
  const tools = (await call('tools/list')).result
  expect(tools).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' })
})

test('a call, its Mcp-Name and its Mcp-Param-* reach the target together [ERA-4]', async () => {
  const client = await connectV2(gateway.url, MODERN)
  await client.listTools()
  const answer = await client.callTool({ name: 'two_region', arguments: { region: 'Zürich' } })
  expect(answer.content).toEqual([{ type: 'text', text: 'Zürich' }])
  expect(two.received.at(-1)).toMatchObject({
    'mcp-name': 'region',
    'mcp-param-region': '=?base64?WsO8cmljaA==?=',
  })
  await client.close()
})

test('a question in a result is answered by the retry [ERA-6]', async () => {
  const client = await connectV2(gateway.url, MODERN)
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ada' },
  }))
  expect((await client.callTool({ name: 'two_greet' })).content).toEqual([
    { type: 'text', text: 'Hello, Ada!' },
  ])
  await client.close()
})

test('progress comes, and a closed answer cancels the call [FED-11]', async () => {
  const client = await connectV2(gateway.url, MODERN)
  const progress: number[] = []
  await client.callTool(
    { name: 'one_slow', arguments: { steps: 3, ms: 1 } },
    { onprogress: step => void progress.push(step.progress) },
  )
  expect(progress).toEqual([1, 2, 3])
  const before = one.cancelled()
  const abort = new AbortController()
  const slow = client.callTool(
    { name: 'one_slow', arguments: { steps: 1000, ms: 10 } },
    { signal: abort.signal, onprogress: () => abort.abort() },
  )
  await expect(slow).rejects.toThrow()
  await expect.poll(() => one.cancelled()).toBe(before + 1)
  await client.close()
})

test('resources are read by the name of their target [FED-1] [FED-27]', async () => {
  const { result } = await call('resources/read', { uri: 'two+memo://today' })
  expect(result.contents).toEqual([
    { uri: 'two+memo://today', mimeType: 'text/plain', text: 'A memo of two.' },
  ])
  expect(await call('resources/read', { uri: 'memo://today' })).toMatchObject({
    error: { code: -32602 },
  })
  expect(await call('nobody/knows')).toMatchObject({ status: 404, error: { code: -32601 } })
  expect(await call('ping')).toMatchObject({ status: 404, error: { code: -32601 } })
})

test('tasks keep their ids, which carry their target [ERA-7]', async () => {
  const made = await call('tools/call', {
    name: 'every_slow_compute',
    arguments: { seconds: 0.05 },
  })
  expect(made.result).toMatchObject({ resultType: 'task', status: 'working' })
  const { taskId } = made.result as { taskId: string }
  expect(taskId).toMatch(/^every\+/)
  await expect
    .poll(async () => (await call('tasks/get', { taskId })).result)
    .toMatchObject({
      taskId,
      status: 'completed',
      result: { content: [{ text: 'result after 0.05 s' }] },
    })
  expect(await call('tasks/get', { taskId: taskId.slice(6) })).toMatchObject({
    error: { code: -32602 },
  })
})

describe('subscriptions/listen', () => {
  const listen = (notifications: object, id: number | string = 'sub') => {
    const { body, headers } = request('subscriptions/listen', { notifications }, id)
    return openTestStream(gateway.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }
  const messages = (text: string): { method: string; params: Record<string, unknown> }[] =>
    [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data ?? '{}'))

  test('one acknowledgement for all targets, then what each of them says [ERA-10]', async () => {
    const stream = await listen({
      toolsListChanged: true,
      promptsListChanged: true,
      resourceSubscriptions: [
        'one+memo://today',
        'two+memo://today',
        'two+memo://else',
        'nobody+x:y',
      ],
    })
    await stream.until('acknowledged')
    two.notify.resourceUpdated('memo://today')
    one.notify.toolsChanged()
    two.notify.resourceUpdated('memo://unasked')
    await stream.until('two+memo://today"')
    const received = messages(await stream.until('tools/list_changed'))
    const [first] = received
    expect(first).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { toolsListChanged: true, promptsListChanged: true } },
    })
    const { resourceSubscriptions } = (first?.params.notifications ?? {}) as {
      resourceSubscriptions: string[]
    }
    expect(resourceSubscriptions).toEqual([
      'one+memo://today',
      'two+memo://today',
      'two+memo://else',
    ])
    expect(received.filter(({ method }) => method.endsWith('acknowledged'))).toHaveLength(1)
    for (const { params } of received)
      expect(params._meta).toMatchObject({ 'io.modelcontextprotocol/subscriptionId': 'sub' })
    stream.close()
  })

  test('goes on for the others when a target is gone, and for it when it is back [ERA-10] [FED-15]', async () => {
    const dying = await startModernHttpServer('dying')
    const { port } = new URL(dying.url)
    await using own = await startFederation([http('one', one.url), http('dying', dying.url)])
    const { body, headers } = request('subscriptions/listen', {
      notifications: { toolsListChanged: true },
    })
    const stream = await openTestStream(own.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await stream.until('acknowledged')
    await dying.close()
    one.notify.toolsChanged()
    await stream.until('list_changed')
    const back = await startModernHttpServer('dying', Number(port))
    onTestFinished(back.close)
    await expect
      .poll(
        () => {
          back.notify.toolsChanged()
          return stream.received().split('list_changed').length
        },
        { timeout: 10_000, interval: 100 },
      )
      .toBeGreaterThan(2)
    stream.close()
  })
})

describe('clients and targets of different eras', () => {
  const OLD = {
    '2025 over HTTP': () => http('old', old.url),
    '2025 over stdio': () => stdio('old', program('stdio-server')),
  }

  describe.each(Object.entries(OLD))('a server of %s', (_name, target) => {
    test('is named as such to modern clients, and those that know both fall back [ERA-11]', async () => {
      for (const targets of [
        [target()],
        [target(), target().replace('name: old', 'name: other')],
      ]) {
        await using alone = await startFederation(targets)
        const { status, error } = await call('server/discover', {}, alone.url)
        expect([status, error.code]).toEqual([400, -32022])
        expect(error.data.supported).toEqual([
          '2025-11-25',
          '2025-06-18',
          '2025-03-26',
          '2024-11-05',
        ])
        const listed = await call('tools/list', {}, alone.url)
        expect([listed.status, listed.error.code]).toEqual([400, -32022])
        await expect(connectV2(alone.url, MODERN)).rejects.toThrow()
        const client = await connectV2(alone.url, 'auto')
        expect(names((await client.listTools()).tools).length).toBeGreaterThan(0)
        await client.close()
      }
    })
  })

  test('a call that names a server of the other era says which era that is, and the log says once who does not see whom [LIST-3] [ERA-8]', async () => {
    await using mixed = await startFederation([http('one', one.url), http('old', old.url)])
    const { status, error } = await call(
      'tools/call',
      { name: 'old_echo', arguments: {} },
      mixed.url,
    )
    expect([status, error.code]).toEqual([400, -32022])
    expect(error.message).toContain('target old')
    const client = await connectV2(mixed.url, MODERN)
    expect(
      new Set(names((await client.listTools()).tools).map(name => name.split('_')[0])),
    ).toEqual(new Set(['one']))
    await client.close()
    const { client: legacy } = await connectV1(mixed.url)
    expect(
      new Set(names((await legacy.listTools()).tools).map(name => name.split('_')[0])),
    ).toEqual(new Set(['old']))
    await expect(legacy.callTool({ name: 'one_echo' })).rejects.toThrow(/2026-07-28/)
    await legacy.listTools()
    await legacy.close()
    const told = mixed.log.filter(line => line.includes('do not see a target'))
    expect(told.map(line => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'warn', detail: expect.stringContaining('target old') }),
      expect.objectContaining({ level: 'warn', detail: expect.stringContaining('target one') }),
    ])
  })

  test('a legacy client at servers that are all too new is told their revisions [ERA-9]', async () => {
    await using modern = await startFederation([http('one', one.url), http('two', two.url)])
    await expect(connectV1(modern.url)).rejects.toThrow(/2026-07-28/)
  })
})
