import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { ADDRESS, type TestCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { type Forward, forward } from './forward.ts'
import { type Replica, startReplica } from './replica.ts'
import { document, startWorld } from './world.ts'

const PORT = 8090
const FIRST = '127.0.0.1'
const SECOND = ADDRESS

let cluster: TestCluster
let server: LegacyHttpServer
let mcp: Forward
const replicas = new Map<string, Replica>()

beforeAll(async () => {
  cluster = await startWorld()
  server = await startLegacyHttpServer()
  const port = Number(new URL(server.url).port)
  mcp = await forward({ host: ADDRESS, port: 0 }, { host: '127.0.0.1', port })
  await cluster.apply(document('chaos.yaml', { ADDRESS, MCP_PORT: mcp.port }))
  for (const address of [FIRST, SECOND]) {
    const replica = startReplica(cluster.kubeconfig, 15_124, ['--address', address])
    replicas.set(address, replica)
    await replica.ready()
  }
})

afterAll(async () => {
  await Promise.all([...replicas.values()].map(one => one.stop('SIGKILL')))
  await mcp?.close()
  await server?.close()
  await cluster?.close()
})

async function statusOf(path: string, address: string = FIRST): Promise<number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const answer = await fetch(`http://${address}:${PORT}${path}`, { method: 'POST', headers, body })
  await answer.text()
  return answer.status
}

/** A new route, once every replica serves it. */
async function expectNewRoute(): Promise<void> {
  const name = `r${randomUUID().slice(0, 8)}`
  await cluster.apply(document('chaos-route.yaml', { NAME: name }))
  for (const address of [FIRST, SECOND]) {
    await eventually(async () => expect(await statusOf(`/${name}`, address)).toBe(200))
  }
}

test('a new route is served by every replica', expectNewRoute)

test('without an API server what is known is served', async () => {
  await cluster.stopApi()
  expect(await statusOf('/mcp')).toBe(200)
  await cluster.startApi()
  await expectNewRoute()
})

test('after a restart and a compaction (410) changes arrive', async () => {
  await cluster.compact()
  await cluster.stopApi('SIGKILL')
  await cluster.startApi()
  await expectNewRoute()
})

test('the policy of a route takes effect, and goes', async () => {
  await cluster.apply(document('chaos-policy.yaml'))
  await eventually(async () => expect(await statusOf('/mcp')).toBe(401))
  await cluster.kubectl(['delete', '-f', '-'], document('chaos-policy.yaml'))
  await eventually(async () => expect(await statusOf('/mcp')).toBe(200))
})

test('a session that one replica opened is good at the other one', async () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'a', version: '1' },
    },
  }
  const post = (address: string, message: object, session?: string) =>
    fetch(`http://${address}:${PORT}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-06-18',
        ...(session === undefined ? {} : { 'mcp-session-id': session }),
      },
      body: JSON.stringify(message),
    })
  const opened = await post(FIRST, initialize)
  const session = opened.headers.get('mcp-session-id') ?? ''
  await opened.text()
  await post(FIRST, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)
  const answer = await post(SECOND, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, session)
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('tools')
})

test('when the leader is killed another replica writes statuses', async () => {
  const holder = async () =>
    cluster.kubectl(['get', 'lease', 'portcullis', '-o', 'jsonpath={.spec.holderIdentity}'])
  const leader = [...replicas].find(([, { log }]) =>
    log.some(line => /this replica writes/.test(line)),
  )
  expect(leader).toBeDefined()
  const before = await holder()
  await leader?.[1].stop('SIGKILL')
  await cluster.apply(document('chaos-route.yaml', { NAME: 'after' }))
  await eventually(async () => expect(await holder()).not.toBe(before))
  await eventually(async () => {
    const path = 'jsonpath={.status.parents[0].conditions[0].status}'
    expect(await cluster.kubectl(['get', 'httproute', 'after', '-o', path])).toBe('True')
  })
}, 90_000)
