import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { startModernHttpServer } from '../fixtures/modern-http-server.ts'
import { openTestStream, type TestStream } from '../support/event-stream.ts'
import { federationYaml, http, startFederation } from '../support/federation.ts'
import { messageRequest } from '../support/http.ts'
import { connectV1, names } from '../support/mcp-clients.ts'

let one: LegacyHttpServer
let two: LegacyHttpServer
let three: LegacyHttpServer

beforeAll(async () => {
  one = await startLegacyHttpServer('one')
  two = await startLegacyHttpServer('two')
  three = await startLegacyHttpServer('three')
})
afterAll(async () => {
  await Promise.all([one.close(), two.close(), three.close()])
})

const targetsIn = (list: readonly { name: string }[]): string[] => [
  ...new Set(names(list).map(name => name.slice(0, name.indexOf('_')))),
]

/** Streams that broke are taken up again after a second or more. */
const PATIENCE = { timeout: 10_000 }

/** Waits until the stream of the youngest session has reached the servers. */
async function listens(...servers: readonly LegacyHttpServer[]): Promise<void> {
  for (const { received, sessions } of servers)
    await expect
      .poll(() => {
        const streams = received.filter(({ accept }) => accept === 'text/event-stream')
        return streams.map(headers => headers['mcp-session-id'])
      }, PATIENCE)
      .toContain(sessions().at(-1))
}

describe('a session', () => {
  test('goes on with the targets that are there after a reload, whatever their order [FED-28]', async () => {
    await using gateway = await startFederation([http('one', one.url), http('two', two.url)])
    const { client, transport } = await connectV1(gateway.url)
    expect(targetsIn((await client.listTools()).tools)).toEqual(['one', 'two'])
    const session = transport.sessionId
    await gateway.reconfigure(
      federationYaml([http('three', three.url), http('two', two.url), http('one', one.url)]),
    )
    expect(targetsIn((await client.listTools()).tools)).toEqual(['three', 'two', 'one'])
    for (const name of ['one', 'two', 'three'])
      expect(
        await client.callTool({ name: `${name}_echo`, arguments: { message: name } }),
      ).toMatchObject({ content: [{ text: name }] })
    await gateway.reconfigure(federationYaml([http('two', two.url), http('three', three.url)]))
    expect(targetsIn((await client.listTools()).tools)).toEqual(['two', 'three'])
    await expect(
      client.callTool({ name: 'one_echo', arguments: { message: 'x' } }),
    ).rejects.toThrow(/Unknown tool: one_echo/)
    expect(transport.sessionId).toBe(session)
    await client.close()
  })

  test('hears that lists have changed when targets come and go [FED-13]', async () => {
    let changes = 0
    await using gateway = await startFederation([http('one', one.url), http('two', two.url)])
    const { client } = await connectV1(gateway.url, {
      prepare: own =>
        own.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++),
    })
    await listens(one, two)
    await gateway.reconfigure(
      federationYaml([http('one', one.url), http('two', two.url), http('three', three.url)]),
    )
    await expect.poll(() => changes, PATIENCE).toBeGreaterThan(0)
    expect(targetsIn((await client.listTools()).tools)).toContain('three')
    // The client takes up its stream again, and hears the new target as well.
    await listens(three)
    const before = changes
    three.addTool('late')
    await expect.poll(() => changes, PATIENCE).toBeGreaterThan(before)
    await client.close()
  })

  test('names that clash get apart by a prefix [FED-3]', async () => {
    const targets = [http('one', one.url), http('two', two.url)]
    await using gateway = await startFederation(targets, { prefixMode: 'never' })
    const { client } = await connectV1(gateway.url)
    expect((await client.listTools()).tools).toEqual([])
    await gateway.reconfigure(federationYaml(targets, { prefixMode: 'always' }))
    expect(names((await client.listTools()).tools)).toContain('two_echo')
    await client.close()
  })
})

describe('failOpen', () => {
  test('tells clients that lists have changed when a target is lost and when it is back [FED-13] [FED-15]', async () => {
    let changes = 0
    const dying = await startLegacyHttpServer('dying')
    const { port } = new URL(dying.url)
    await using gateway = await startFederation([http('one', one.url), http('dying', dying.url)], {
      failureMode: 'failOpen',
    })
    const { client } = await connectV1(gateway.url, {
      prepare: own =>
        own.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++),
    })
    await listens(one, dying)
    await dying.close()
    await expect.poll(() => changes, PATIENCE).toBeGreaterThan(0)
    expect(targetsIn((await client.listTools()).tools)).toEqual(['one'])
    const before = changes
    const back = await startLegacyHttpServer('dying', Number(port))
    onTestFinished(back.close)
    await expect.poll(() => changes, PATIENCE).toBeGreaterThan(before)
    expect(targetsIn((await client.listTools()).tools)).toEqual(['one', 'dying'])
    await client.close()
  })
})

describe('subscriptions/listen', () => {
  const META = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const subscribe = (url: string): Promise<TestStream> =>
    openTestStream(
      url,
      messageRequest(
        {
          jsonrpc: '2.0',
          id: 'sub',
          method: 'subscriptions/listen',
          params: { _meta: META, notifications: { toolsListChanged: true } },
        },
        { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
      ),
    )
  const CHANGED =
    '{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"sub"}}}'

  test('ends as the specification has it when targets come and go [FED-13] [ERA-10]', async () => {
    const modern = await startModernHttpServer('modern')
    onTestFinished(modern.close)
    await using gateway = await startFederation([http('a', modern.url), http('b', modern.url)])
    const stream = await subscribe(gateway.url)
    await stream.until('acknowledged')
    await gateway.reconfigure(federationYaml([http('a', modern.url), http('c', modern.url)]))
    const text = await stream.ended
    expect(text).toContain(CHANGED)
    expect(text).not.toContain('prompts/list_changed')
    expect(text.trimEnd()).toMatch(
      /"id":"sub","result":\{"resultType":"complete","_meta":\{"io.modelcontextprotocol\/subscriptionId":"sub"\}\}\}$/,
    )
  })

  test('tells of changes when a target is back [FED-13] [FED-15]', async () => {
    const modern = await startModernHttpServer('modern')
    onTestFinished(modern.close)
    const dying = await startModernHttpServer('dying')
    const { port } = new URL(dying.url)
    await using gateway = await startFederation([http('a', modern.url), http('b', dying.url)])
    const stream = await subscribe(gateway.url)
    await stream.until('acknowledged')
    await dying.close()
    const back = await startModernHttpServer('dying', Number(port))
    onTestFinished(back.close)
    await stream.until(CHANGED)
    stream.close()
  })
})
