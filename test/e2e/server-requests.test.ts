import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { type ModernHttpServer, startModernHttpServer } from '../fixtures/modern-http-server.ts'
import { program } from '../fixtures/program.ts'
import { eventually } from '../http/wire.ts'
import { connectV1, connectV2, transportV1, transportV2 } from '../support/client.ts'
import { configuration, httpTarget, stdioTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let legacy: LegacyHttpServer
let modern: ModernHttpServer

beforeAll(async () => {
  legacy = await startLegacyHttpServer()
  modern = await startModernHttpServer()
})
afterAll(async () => {
  await legacy.close()
  await modern.close()
})

const CAPABILITIES = { elicitation: {}, sampling: {}, roots: {} }

type Names = { readonly ask: string; readonly sample: string }
/** The two servers call the same tools by different names. */
const TARGETS: Readonly<Record<string, { backend: () => string; names: Names }>> = {
  http: {
    backend: () => httpTarget(legacy.url),
    names: { ask: 'ask', sample: 'sample' },
  },
  stdio: {
    backend: () => stdioTarget(program('everything-server', '--stdio')),
    names: { ask: 'test_elicitation', sample: 'test_sampling' },
  },
}

describe.each(Object.keys(TARGETS))('a server over %s', target => {
  let gateway: TestGateway
  const { backend, names } = TARGETS[target] ?? { backend: String, names: { ask: '', sample: '' } }

  beforeEach(async () => {
    gateway = await startTestGateway(configuration([{ backend: backend() }]))
  })
  afterEach(() => gateway.stop())

  test('asks the user of the client within a call [CALL-1]', async () => {
    const client = await connectV1(transportV1(gateway.url), { capabilities: CAPABILITIES })
    const asked: string[] = []
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message)
      return { action: 'accept', content: { name: 'Ada', response: 'Ada' } }
    })
    const answer = await client.callTool({ name: names.ask, arguments: { message: 'Who?' } })
    expect(asked).toHaveLength(1)
    expect(JSON.stringify(answer.content)).toContain('Ada')
    await client.close()
  })

  test('asks the model of the client within a call [CALL-1]', async () => {
    const client = await connectV1(transportV1(gateway.url), { capabilities: CAPABILITIES })
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
      model: 'test',
      role: 'assistant',
      content: { type: 'text', text: `heard ${JSON.stringify(params.messages)}` },
    }))
    const answer = await client.callTool({ name: names.sample, arguments: { prompt: 'a poem' } })
    expect(JSON.stringify(answer.content)).toContain('a poem')
    await client.close()
  })

  test('asks two clients at once, each its own question [CALL-1] [STDIO-1]', async () => {
    const answers = ['Ada', 'Grace'].map(async name => {
      const client = await connectV1(transportV1(gateway.url), { capabilities: CAPABILITIES })
      client.setRequestHandler(ElicitRequestSchema, () => ({
        action: 'accept',
        content: { name, response: name },
      }))
      const answer = await client.callTool({ name: names.ask, arguments: { message: 'Who?' } })
      await client.close()
      return JSON.stringify(answer.content)
    })
    const [ada, grace] = await Promise.all(answers)
    expect(ada).toContain('Ada')
    expect(grace).toContain('Grace')
  })
})

describe('a server of the session era', () => {
  let gateway: TestGateway
  beforeEach(async () => {
    gateway = await startTestGateway(configuration([{ backend: httpTarget(legacy.url) }]))
  })
  afterEach(() => gateway.stop())

  test('asks for roots, and reports progress before the answer [CALL-1] [CALL-2]', async () => {
    const client = await connectV1(transportV1(gateway.url), { capabilities: CAPABILITIES })
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home' }] }))
    const roots = await client.callTool({ name: 'roots' })
    expect(JSON.stringify(roots.content)).toContain('file:///home')

    const progress: number[] = []
    const slow = { name: 'slow', arguments: { steps: 3, ms: 1 } }
    await client.callTool(slow, undefined, { onprogress: step => progress.push(step.progress) })
    expect(progress).toEqual([1, 2, 3])
    await client.close()
  })

  test('announces what changed on the stream that the client listens to [CALL-3]', async () => {
    const client = await connectV1(transportV1(gateway.url))
    const changed = new Promise(resolve =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, resolve),
    )
    const updated = new Promise(resolve =>
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, resolve),
    )
    await client.subscribeResource({ uri: 'memo://today' })
    await eventually(() => legacy.received.some(headers => headers.accept === 'text/event-stream'))
    legacy.addTool('late')
    await legacy.updateResource('memo://today')
    await changed
    expect(await updated).toMatchObject({ params: { uri: 'memo://today' } })
    await client.close()
  })

  test('hears of a call that the client cancels [CALL-1]', async () => {
    const client = await connectV1(transportV1(gateway.url))
    const before = legacy.cancelled()
    const abort = new AbortController()
    const call = client.callTool({ name: 'slow', arguments: { steps: 1000, ms: 5 } }, undefined, {
      signal: abort.signal,
      onprogress: () => abort.abort(),
    })
    await expect(call).rejects.toThrow()
    await eventually(() => legacy.cancelled() === before + 1)
    await client.close()
  })
})

test('a server of the stateless era asks within its result [CALL-1]', async () => {
  await using gateway = await startTestGateway(configuration([{ backend: httpTarget(modern.url) }]))
  const client = await connectV2(transportV2(gateway.url), {
    capabilities: { elicitation: {} },
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  })
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ada' },
  }))
  const greeted = await client.callTool({ name: 'greet' })
  expect(greeted.content).toEqual([{ type: 'text', text: 'Hello, Ada!' }])
  const region = await client.callTool({ name: 'region', arguments: { region: 'eu' } })
  expect(region.content).toEqual([{ type: 'text', text: 'eu' }])
  await client.close()
})
