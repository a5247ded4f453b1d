import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import type { RecordingServer } from '../fixtures/recording-server.ts'
import { configuration } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'
import { connectV1, names } from '../support/mcp-clients.ts'
import { startPersonalServer } from '../support/personal-server.ts'
import { ERAS, type Era } from '../support/requests.ts'

type Caller = { readonly authorization: string }
type Answered = { readonly result?: { readonly content: readonly { readonly text: string }[] } }

let identity: TestIdentity
let plain: EverythingServer
let personal: RecordingServer
let gateway: TestGateway
let alice: Caller
let bob: Caller

beforeAll(async () => {
  identity = await createTestIdentity()
  plain = await startEverythingServer()
  alice = await identity.bearer('gateway')
  bob = await identity.bearer('gateway', { sub: 'bob' })
  const tools = new Map<string | undefined, readonly string[]>([
    [alice.authorization, ['diary', 'letters']],
    [bob.authorization, ['ledger']],
  ])
  personal = await startPersonalServer(authorization => tools.get(authorization) ?? [])
  gateway = await startTestGateway(serve())
})
afterAll(async () => {
  await gateway.stop()
  await identity.remove()
  await Promise.all([plain.close(), personal.close()])
})

/** The server that knows its callers gets their tokens; the other one does not. */
const serve = (options = '', ownUrl = personal.url, more = ''): string =>
  configuration([
    {
      policies: `{mcpAuthentication: {${identity.trust}, audience: gateway}}`,
      backend: `{mcp: {${options} targets: [
        {name: plain, mcp: {host: "${plain.url}"}},
        {name: own, mcp: {host: "${ownUrl}"}, policies: {backendAuth: {passthrough: {}}}${more}}]}}`,
    },
  ])

async function toolsOf(era: Era, who: Caller, url = gateway.url): Promise<string[]> {
  return names((await ERAS[era](url, 'tools/list', {}, who)).json().result.tools)
}
const own = (list: readonly string[]): string[] => list.filter(name => name.startsWith('own_'))
async function call(era: Era, name: string, who: Caller, url = gateway.url): Promise<Answered> {
  const headers = { ...who, accept: 'application/json' }
  return (await ERAS[era](url, 'tools/call', { name, arguments: {} }, headers)).json()
}

const eras = ['legacy', 'modern'] as const

describe.each(eras)('%s: a server whose tools depend on the caller [FED-24]', era => {
  test('is listed for each caller as it is for them alone, beside the others', async () => {
    const [first, second] = await Promise.all([toolsOf(era, alice), toolsOf(era, bob)])
    expect(own(first)).toEqual(['own_diary', 'own_letters'])
    expect(own(second)).toEqual(['own_ledger'])
    expect(own(await toolsOf(era, alice))).toEqual(own(first))
    const others = first.filter(name => !name.startsWith('own_'))
    expect(others).toContain('plain_test_simple_text')
    expect(second.filter(name => !name.startsWith('own_'))).toEqual(others)
  })

  test('is called for each caller with their own token', async () => {
    expect(await call(era, 'own_diary', alice)).toMatchObject({
      result: { content: [{ text: 'diary' }] },
    })
    expect(await call(era, 'own_diary', bob)).toMatchObject({ error: { code: -32602 } })
    expect(await call(era, 'plain_test_simple_text', bob)).toHaveProperty('result')
  })

  test('has its names resolved for each caller where they carry no target', async () => {
    await using bare = await startTestGateway(serve('prefixMode: never,'))
    for (const [who, name] of [
      [alice, 'diary'],
      [bob, 'ledger'],
    ] as const) {
      expect(await call(era, name, who, bare.url)).toMatchObject({
        result: { content: [{ text: name }] },
      })
    }
    expect(await call(era, 'diary', bob, bare.url)).toMatchObject({
      error: { message: 'Unknown tool: diary' },
    })
  })

  test('leaves the others listed when it is away', async () => {
    await using gateway = await startTestGateway(
      serve('failureMode: failOpen,', 'http://127.0.0.1:1/mcp'),
    )
    const list = await toolsOf(era, alice, gateway.url)
    expect(list).toContain('plain_test_simple_text')
    expect(own(list)).toEqual([])
  })

  test('is cut by selectors like any other', async () => {
    await using gateway = await startTestGateway(serve('', personal.url, ', include: [letters]'))
    expect(own(await toolsOf(era, alice, gateway.url))).toEqual(['own_letters'])
    expect(own(await toolsOf(era, bob, gateway.url))).toEqual([])
  })
})

describe('sessions at a server', () => {
  const opened = (): number =>
    personal.received.filter(({ body }) => body.includes('"method":"initialize"')).length
  const usedBy = async (headers: Caller): Promise<{ session: string; own: string }> => {
    const { client, transport } = await connectV1(gateway.url, { headers: { ...headers } })
    const { tools, _meta } = await client.listTools()
    expect(tools.length).toBeGreaterThan(0)
    const result = await client.callTool({ name: 'own_diary', arguments: {} })
    const session = transport.sessionId ?? ''
    await client.close()
    return { session, own: String((result._meta ?? _meta)?.session) }
  }

  test('are one for each session of a client, which uses it for all its calls [FED-25]', async () => {
    const before = opened()
    const both = await Promise.all([usedBy(alice), usedBy(alice)])
    expect(new Set(both.map(({ session }) => session)).size).toBe(2)
    expect(new Set(both.map(({ own: id }) => id)).size).toBe(2)
    expect(opened() - before).toBe(2)
    const again = await usedBy(alice)
    expect(both.map(({ session }) => session)).not.toContain(again.session)
    expect(both.map(({ own: id }) => id)).not.toContain(again.own)
  })

  test('are opened once for callers that come at the same time without one [FED-25]', async () => {
    const carol = await identity.bearer('gateway', { sub: 'carol' })
    const before = opened()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ERAS.legacy(gateway.url, 'tools/list', {}, carol)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(opened() - before).toBe(1)
  })
})

test('calls of many callers to several targets at once are answered by the right one [FED-26]', async () => {
  const rows = Array.from({ length: 60 }, (_, index) =>
    index % 3 === 0
      ? { who: alice, name: 'own_letters', text: 'letters' }
      : index % 3 === 1
        ? { who: bob, name: 'own_ledger', text: 'ledger' }
        : { who: bob, name: 'plain_test_simple_text', text: 'This is a simple text response' },
  )
  const answers = await Promise.all(
    rows.map(({ who, name }, index) => call(eras[index % 2] ?? 'legacy', name, who)),
  )
  for (const [index, { result }] of answers.entries())
    expect(result?.content[0]?.text).toContain(rows[index]?.text)
})

test('headers by which other gateways speak among themselves change nothing [EDGE-13]', async () => {
  const headers = {
    'x-mcp-authorized': 'everything',
    'x-mcp-virtualserver': 'ns/all',
    'x-mcp-verified-sub': 'alice',
    'router-key': 'let me in',
    'mcp-init-host': 'evil.example',
  }
  const list = await ERAS.legacy(gateway.url, 'tools/list', {}, { ...bob, ...headers })
  expect(own(names(list.json().result.tools))).toEqual(['own_ledger'])
})
