import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Resolve } from '../../src/http/connect.ts'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { type SseServer, startSseServer } from '../fixtures/sse-server.ts'
import { connectV1, transportV1 } from '../support/client.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

/** Several servers behind one name, as the endpoints of a Kubernetes Service are. */
const NAME = 'http://tools.shop.svc.cluster.local'
const KEY = '0f'.repeat(32)
const config = `{adminAddr: "off", session: {key: "${KEY}"}, connectionTerminationDeadline: 1s}`

const cleanups: (() => Promise<unknown>)[] = []
let servers: LegacyHttpServer[]
let places: { readonly name: string; readonly port: number }[]

beforeEach(async () => {
  servers = await Promise.all(['a', 'b', 'c'].map(name => startLegacyHttpServer(name)))
  cleanups.push(...servers.map(one => () => one.close()))
  places = servers.map(({ url }) => placeOf(url))
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const placeOf = (url: string) => ({ name: new URL(url).host, port: Number(new URL(url).port) })

const resolve: Resolve = host =>
  host === new URL(NAME).hostname
    ? places.map(place => ({ ...place, host: '127.0.0.1', draining: false }))
    : undefined

async function replica(backend = httpTarget(`${NAME}/mcp`)): Promise<TestGateway> {
  const gateway = await startTestGateway(configuration([{ backend }], config), { resolve })
  cleanups.push(() => gateway.stop())
  return gateway
}

async function connect(url: string) {
  const transport = transportV1(url)
  const client = await connectV1(transport)
  cleanups.push(() => client.close())
  return { client, session: transport.sessionId ?? '' }
}

const open = () => servers.map(one => one.sessions().length)

test('sessions are spread, and each stays with its server on every replica [CLUSTER-1] [CLUSTER-2]', async () => {
  const [first, second] = [await replica(), await replica()]
  const sessions = [await connect(first.url), await connect(first.url), await connect(first.url)]
  expect(open()).toEqual([1, 1, 1])
  for (const { client, session } of sessions) {
    for (let i = 0; i < 3; i++) await client.listTools()
    const elsewhere = await fetch(second.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': session,
        'mcp-protocol-version': '2025-11-25',
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    })
    expect(elsewhere.status).toBe(200)
    expect(await elsewhere.text()).toContain('"tools"')
  }
  // Nobody had to open a session anew.
  expect(open()).toEqual([1, 1, 1])
  const ids = servers.flatMap(one => one.received.map(headers => headers['mcp-session-id']))
  for (const id of ids) expect(id ?? '').not.toContain(' ')
})

test('a session whose server is gone is opened anew at another one [CLUSTER-2] [CLUSTER-3]', async () => {
  const { client } = await connect((await replica()).url)
  const own = servers.find(one => one.sessions().length > 0)
  await own?.close()
  // Its endpoint is still listed, as it is for a moment in a cluster.
  expect((await client.listTools()).tools).not.toEqual([])
  places = places.filter(({ name }) => own?.url.includes(name) !== true)
  expect((await client.listTools()).tools).not.toEqual([])
})

test('several targets, each with several servers: sessions stay [CLUSTER-2]', async () => {
  const target = (name: string) => `{name: ${name}, mcp: {host: "${NAME}/mcp"}}`
  const { client } = await connect(
    (await replica(`{mcp: {targets: [${target('one')}, ${target('two')}]}}`)).url,
  )
  for (let i = 0; i < 4; i++) {
    await client.listTools()
  }
  expect(open().reduce((sum, count) => sum + count)).toBe(2)
})

test('what is said to a server of the old transport goes where its stream is [CLUSTER-2]', async () => {
  const old: SseServer[] = await Promise.all(['d', 'e', 'f'].map(name => startSseServer(name)))
  cleanups.push(...old.map(one => () => one.close()))
  places = old.map(({ url }) => placeOf(url))
  const { url } = await replica(`{mcp: {targets: [{name: old, sse: {host: "${NAME}/sse"}}]}}`)
  const clients = [await connect(url), await connect(url), await connect(url)]
  for (const { client } of clients) {
    for (let i = 0; i < 3; i++) expect((await client.listTools()).tools).not.toEqual([])
  }
  expect(old.map(one => one.streams())).toEqual([1, 1, 1])
})
