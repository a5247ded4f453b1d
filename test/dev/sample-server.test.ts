import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, describe, expect, test } from 'vitest'
import { built } from './program.ts'

const COMMAND = { command: process.execPath, args: [built('dev/sample-server.js')] }
const CLIENT = { name: 'test', version: '1' }

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const client of open.splice(0)) await client.close()
})

async function v1(): Promise<ClientV1> {
  const client = new ClientV1(CLIENT)
  open.push(client)
  await client.connect(new StdioV1(COMMAND))
  return client
}

async function v2(mode: 'legacy' | 'auto' | { pin: string }): Promise<ClientV2> {
  const client = new ClientV2(CLIENT, { versionNegotiation: { mode } })
  open.push(client)
  await client.connect(new StdioV2(COMMAND))
  return client
}

const clients = [
  ['SDK v1', v1],
  ['SDK v2, legacy', () => v2('legacy')],
  ['SDK v2, auto', () => v2('auto')],
  ['SDK v2, pinned', () => v2({ pin: '2026-07-28' })],
] as const

describe.each(clients)('%s', (_name, connect) => {
  test('lists and calls tools', async () => {
    const client = await connect()
    const { tools } = await client.listTools()
    expect(tools.map(tool => tool.name)).toEqual([
      'echo',
      'add',
      'server_info',
      'slow',
      'roll_dice',
    ])
    const echoed = await client.callTool({ name: 'echo', arguments: { message: 'Grüße 🚪' } })
    expect(echoed.content).toEqual([{ type: 'text', text: 'Grüße 🚪' }])
    const added = await client.callTool({ name: 'add', arguments: { a: 0.5, b: 2 } })
    expect(added.structuredContent).toEqual({ sum: 2.5 })
  })

  test('gets prompts and resources', async () => {
    const client = await connect()
    expect((await client.listPrompts()).prompts).toMatchObject([{ name: 'greet' }])
    const prompt = await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } })
    expect(prompt.messages[0]?.content).toMatchObject({ text: expect.stringContaining('Ada') })
    const { resources } = await client.listResources()
    expect(resources.map(resource => resource.uri)).toEqual(['sample://readme', 'sample://rolls'])
    const { contents } = await client.readResource({ uri: 'sample://readme' })
    expect(contents[0]).toMatchObject({ text: expect.stringContaining('# Sample server') })
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([])
  })

  test('sees progress of slow work, and can stop it', async () => {
    const client = await connect()
    const stop = new AbortController()
    const seen: object[] = []
    const onprogress = (progress: object) => {
      seen.push(progress)
      stop.abort()
    }
    const call = { name: 'slow', arguments: { steps: 100, stepMs: 100 } }
    const options = { onprogress, signal: stop.signal }
    const result =
      client instanceof ClientV1
        ? client.callTool(call, undefined, options)
        : client.callTool(call, options)
    await expect(result).rejects.toThrow()
    expect(seen[0]).toMatchObject({ progress: 1, total: 100, message: 'Step 1 of 100' })
    expect((await client.listTools()).tools).toHaveLength(5)
  })

  test('is told what is wrong', async () => {
    const client = await connect()
    const wrong = await client.callTool({ name: 'add', arguments: { a: 1 } })
    expect(wrong).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching('"b"') }],
    })
    await expect(client.callTool({ name: 'nothing' })).rejects.toMatchObject({ code: -32602 })
    await expect(client.getPrompt({ name: 'greet' })).rejects.toMatchObject({ code: -32602 })
  })
})

test('a legacy client is told when a resource changes', async () => {
  const client = await v1()
  const updated = new Promise<string>(resolve => {
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
      resolve(params.uri),
    )
  })
  await client.subscribeResource({ uri: 'sample://rolls' })
  await client.callTool({ name: 'roll_dice', arguments: { sides: 2, count: 3 } })
  expect(await updated).toBe('sample://rolls')
  const { contents } = await client.readResource({ uri: 'sample://rolls' })
  expect(contents[0]).toMatchObject({ text: expect.stringMatching(/^3d2: [12] [12] [12]$/) })
})

test('a modern client listens to a resource until it stops', async () => {
  const client = await v2({ pin: '2026-07-28' })
  const updates: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    updates.push(params.uri)
  })
  const subscription = await client.listen({
    toolsListChanged: true,
    resourceSubscriptions: ['sample://rolls', 'sample://nothing'],
  })
  expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: ['sample://rolls'] })
  await client.callTool({ name: 'roll_dice' })
  expect(updates).toEqual(['sample://rolls'])
  await subscription.close()
  await client.callTool({ name: 'roll_dice' })
  expect(updates).toEqual(['sample://rolls'])
})

type Answer = { id?: unknown; method?: string; result?: object; error?: { code: number } }

/** The server without any SDK: sends lines, gives back what comes. */
function raw() {
  const child = spawn(COMMAND.command, COMMAND.args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  open.push({
    async close() {
      child.kill()
    },
  })
  return {
    exited: new Promise(resolve => child.once('exit', resolve)),
    end: () => child.stdin.end(),
    send: (message: object | string) =>
      child.stdin.write(
        `${typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message })}\n`,
      ),
    async receive(): Promise<Answer> {
      const { value, done } = await lines.next()
      if (done === true) throw new Error('The server ended')
      return JSON.parse(value) as Answer
    },
  }
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

describe('errors', () => {
  test.each([
    ['no JSON', '{"jsonrpc":', -32700],
    ['a batch', '[]', -32600],
    ['no JSON-RPC', '{"id":1,"method":"ping"}', -32600],
    ['params that are no object', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600],
    ['an id that is null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
  ])('%s has no id to answer to', async (_what, line, code) => {
    const server = raw()
    server.send(line)
    const answer = await server.receive()
    expect(answer.error?.code).toBe(code)
    expect(answer).not.toHaveProperty('id')
  })

  test.each([
    ['an unknown method', 'tools/drop', META, -32601],
    ['a name that every object has', 'constructor', META, -32601],
    ['a method of the other era', 'ping', META, -32601],
    ['no _meta and no session', 'tools/list', undefined, -32602],
    [
      'no capabilities',
      'tools/list',
      { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' },
      -32602,
    ],
  ])('%s', async (_what, method, _meta, code) => {
    const server = raw()
    server.send({ id: 'a', method, params: _meta && { _meta } })
    expect(await server.receive()).toMatchObject({ id: 'a', error: { code } })
  })

  test('a version that is not there names those that are', async () => {
    const server = raw()
    const _meta = { ...META, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }
    server.send({ id: 1, method: 'tools/list', params: { _meta } })
    expect(await server.receive()).toMatchObject({
      error: { code: -32022, data: { supported: ['2026-07-28'], requested: '2099-01-01' } },
    })
  })

  test.each([
    ['modern', META, -32602],
    ['legacy', undefined, -32002],
  ])('an unknown resource, %s', async (_era, _meta, code) => {
    const server = raw()
    server.send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18' } })
    await server.receive()
    server.send({ id: 1, method: 'resources/read', params: { uri: 'sample://x', _meta } })
    expect(await server.receive()).toMatchObject({
      id: 1,
      error: { code, data: { uri: 'sample://x' } },
    })
  })
})

test('every modern result says what it is, who gave it, and how long it holds', async () => {
  const server = raw()
  server.send({ id: 1, method: 'server/discover', params: { _meta: META } })
  expect(await server.receive()).toEqual({
    jsonrpc: '2.0',
    id: 1,
    result: {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, prompts: {}, resources: { subscribe: true } },
      instructions: expect.any(String),
      ttlMs: 3_600_000,
      cacheScope: 'public',
      _meta: {
        'io.modelcontextprotocol/serverInfo': { name: 'portcullis-sample', version: '1.0.0' },
      },
    },
  })
})

test('an unknown legacy version is answered with the newest one', async () => {
  const server = raw()
  server.send({ id: 1, method: 'initialize', params: { protocolVersion: '2026-07-28' } })
  expect(await server.receive()).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
})

test('progress comes before the result, to those who asked for it', async () => {
  const server = raw()
  const params = { name: 'slow', arguments: { steps: 2, stepMs: 1 } }
  server.send({ id: 1, method: 'tools/call', params: { ...params, _meta: META } })
  expect(await server.receive()).toMatchObject({ id: 1 })
  const _meta = { ...META, progressToken: 'p' }
  server.send({ id: 2, method: 'tools/call', params: { ...params, _meta } })
  for (const progress of [1, 2]) {
    expect(await server.receive()).toMatchObject({
      method: 'notifications/progress',
      params: { progressToken: 'p', progress, total: 2 },
    })
  }
  expect(await server.receive()).toMatchObject({
    id: 2,
    result: { content: [{ type: 'text', text: 'Done after 2 steps' }] },
  })
})

test('a cancelled call is not answered', async () => {
  const server = raw()
  const slow = { name: 'slow', arguments: { stepMs: 60_000 }, _meta: META }
  server.send({ id: 1, method: 'tools/call', params: slow })
  server.send({ method: 'notifications/cancelled', params: { requestId: 1 } })
  server.send({ id: 2, method: 'tools/list', params: { _meta: META } })
  expect(await server.receive()).toMatchObject({ id: 2 })
  server.end()
  await expect(server.receive()).rejects.toThrow('ended')
})

test('closed input ends subscriptions properly, drops slow work, and ends the process', async () => {
  const server = raw()
  server.send({ id: 'watch', method: 'subscriptions/listen', params: { _meta: META } })
  expect(await server.receive()).toMatchObject({
    method: 'notifications/subscriptions/acknowledged',
    params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 'watch' }, notifications: {} },
  })
  const slow = { name: 'slow', arguments: { stepMs: 60_000 }, _meta: META }
  server.send({ id: 2, method: 'tools/call', params: slow })
  server.end()
  expect(await server.receive()).toMatchObject({
    id: 'watch',
    result: {
      resultType: 'complete',
      _meta: { 'io.modelcontextprotocol/subscriptionId': 'watch' },
    },
  })
  expect(await server.exited).toBe(0)
})
