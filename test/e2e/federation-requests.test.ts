import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { program } from '../fixtures/program.ts'
import { type SseServer, startSseServer } from '../fixtures/sse-server.ts'
import { http, startFederation, stdio } from '../support/federation.ts'
import type { TestGateway } from '../support/gateway.ts'
import { connectV1 } from '../support/mcp-clients.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

let gateway: TestGateway
let every: EverythingServer
let old: LegacyHttpServer
let sse: SseServer

beforeAll(async () => {
  every = await startEverythingServer()
  old = await startLegacyHttpServer('old')
  sse = await startSseServer('sse')
  gateway = await startFederation([
    http('every', every.url),
    http('old', old.url),
    `name: sse, sse: {host: "${sse.url}"}`,
    stdio('child', program('stdio-server')),
  ])
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([every.close(), old.close(), sse.close()])
})

async function connect(prepare: (client: Client) => void = () => undefined): Promise<Client> {
  return (await connectV1(gateway.url, { prepare })).client
}

const text = (value: unknown): object => ({ content: [{ type: 'text', text: value }] })

test('initialize says what the targets offer together [FED-6]', async () => {
  const client = await connect()
  expect(client.getServerVersion()).toMatchObject({ name: 'portcullis' })
  expect(client.getServerCapabilities()).toMatchObject({
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    prompts: {},
    logging: {},
    completions: {},
  })
  expect(client.getInstructions()).toContain('# old\n\nHow to use old.')
  expect(client.getInstructions()).toContain('# sse\n\nHow to use sse.')
  await client.close()
})

describe.each(['old', 'sse'])('target %s [FED-29]', target => {
  test('asks for input, samples and asks for roots in the middle of a call [FED-9]', async () => {
    const client = await connect(one => {
      one.setRequestHandler(ElicitRequestSchema, ({ params }) =>
        'url' in params ? { action: 'accept' } : { action: 'accept', content: { name: 'Ada' } },
      )
      one.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
        model: 'm',
        role: 'assistant',
        content: {
          type: 'text',
          text: `re: ${JSON.stringify(params.messages[0]?.content)}`,
        },
      }))
      one.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///root' }] }))
    })
    expect(await client.callTool({ name: `${target}_ask` })).toMatchObject(
      text('{"action":"accept","content":{"name":"Ada"}}'),
    )
    expect(await client.callTool({ name: `${target}_ask_by_url` })).toMatchObject(text('accept'))
    expect(
      await client.callTool({ name: `${target}_sample`, arguments: { prompt: 'hello' } }),
    ).toMatchObject(
      text(JSON.stringify({ type: 'text', text: 're: {"type":"text","text":"hello"}' })),
    )
    expect(await client.callTool({ name: `${target}_roots` })).toMatchObject(text('file:///root'))
    await client.close()
  })

  test('reports progress and logs [FED-11]', async () => {
    const logged: unknown[] = []
    const client = await connect(one =>
      one.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
        logged.push(params.data)
      }),
    )
    await client.setLoggingLevel('debug')
    await client.callTool({ name: `${target}_say`, arguments: { message: 'a word' } })
    const progress: number[] = []
    const slow = { name: `${target}_slow`, arguments: { steps: 3, ms: 1 } }
    await client.callTool(slow, undefined, { onprogress: step => progress.push(step.progress) })
    expect(progress).toEqual([1, 2, 3])
    await expect.poll(() => logged).toEqual(['a word'])
    await client.close()
  })

  test('resources, their templates, subscriptions and completions carry its name [FED-12]', async () => {
    const updated: string[] = []
    const client = await connect(one =>
      one.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
        updated.push(params.uri)
      }),
    )
    const uri = `${target}+memo://today`
    const { resources } = await client.listResources()
    expect(resources.map(resource => resource.uri)).toContain(uri)
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(template => template.uriTemplate)).toContain(
      `${target}+memo://days/{day}`,
    )
    expect(await client.readResource({ uri })).toEqual({
      contents: [{ uri, mimeType: 'text/plain', text: `A memo of ${target}.` }],
    })
    await client.subscribeResource({ uri })
    const server = target === 'old' ? old : sse
    await expect
      .poll(async () => {
        await server.updateResource('memo://today')
        return updated
      })
      .toContain(uri)
    expect(new Set(updated)).toEqual(new Set([uri]))
    const completion = await client.complete({
      ref: { type: 'ref/prompt', name: `${target}_greeting` },
      argument: { name: 'who', value: 'A' },
    })
    expect(completion.completion.values).toEqual(['Ada', 'Alan'])
    expect(
      (await client.getPrompt({ name: `${target}_greeting`, arguments: { who: 'Ada' } })).messages,
    ).toEqual([{ role: 'user', content: { type: 'text', text: 'Greet Ada.' } }])
    await client.close()
  })
})

test('a cancelled call is cancelled at its target [FED-11]', async () => {
  const client = await connect()
  const abort = new AbortController()
  const before = old.cancelled()
  const slow = client.callTool(
    { name: 'old_slow', arguments: { steps: 1000, ms: 20 } },
    undefined,
    { signal: abort.signal, onprogress: () => abort.abort() },
  )
  await expect(slow).rejects.toThrow()
  await expect.poll(() => old.cancelled()).toBe(before + 1)
  await client.close()
})

test('a target announces that its tools changed [FED-13]', async () => {
  let changes = 0
  const client = await connect(one =>
    one.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      changes++
    }),
  )
  await expect
    .poll(async () => {
      if (changes === 0) old.addTool(`late${Math.random()}`)
      return changes
    })
    .toBeGreaterThan(0)
  expect((await client.listTools()).tools.some(({ name }) => name.startsWith('old_late'))).toBe(
    true,
  )
  await client.close()
})

test('ping is answered here, and what nobody offers is refused [FED-27]', async () => {
  const client = await connect()
  expect(await client.ping()).toEqual({})
  await expect(client.callTool({ name: 'nobody_echo' })).rejects.toThrow(
    /Unknown tool: nobody_echo/,
  )
  await expect(client.getPrompt({ name: 'greeting' })).rejects.toThrow(/Unknown prompt/)
  await expect(client.readResource({ uri: 'memo://today' })).rejects.toThrow(/Unknown resource/)
  await client.close()
})

test('subscribing and unsubscribing reach the one server under its own name of the resource [FED-12]', async () => {
  const servers = await Promise.all(
    ['one', 'two'].map(() =>
      startScriptedServer('{"resources":{"subscribe":true}}', {
        'resources/subscribe': () => '{}',
        'resources/unsubscribe': () => '{}',
      }),
    ),
  )
  onTestFinished(async () => {
    await Promise.all(servers.map(server => server.close()))
  })
  await using own = await startFederation(
    servers.map(({ url }, index) => http(index === 0 ? 'one' : 'two', url)),
  )
  const { client } = await connectV1(own.url)
  await client.subscribeResource({ uri: 'two+memo://today' })
  await client.unsubscribeResource({ uri: 'two+memo://today' })
  const [toOne, toTwo] = servers.map(({ received }) =>
    received
      .map(({ body }) => body.toString())
      .filter(text => text.includes('resources/'))
      .map(text => JSON.parse(text) as { method: string; params: { uri: string } })
      .map(({ method, params }) => [method, params.uri]),
  )
  expect(toOne).toEqual([])
  expect(toTwo).toEqual([
    ['resources/subscribe', 'memo://today'],
    ['resources/unsubscribe', 'memo://today'],
  ])
  await client.close()
})
