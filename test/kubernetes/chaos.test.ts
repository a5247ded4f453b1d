import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADDRESS, type TestCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { type Forward, forward } from './forward.ts'
import { type Replica, startReplica } from './replica.ts'
import { inSession, openSession, startTools, statusOf, type Tools } from './tools.ts'
import { document, startWorld } from './world.ts'

const FIRST = '127.0.0.1'
const SECOND = ADDRESS
const BOTH = [FIRST, SECOND]

let cluster: TestCluster
let tools: Tools
/** The way of the first replica to the API server. */
let way: Forward
const replicas = new Map<string, Replica>()

beforeAll(async () => {
  cluster = await startWorld()
  tools = await startTools(cluster)
  way = await forward({ host: FIRST, port: 0 }, { host: FIRST, port: cluster.port })
  const kubeconfigs = [cluster.through(way.port), cluster.kubeconfig]
  for (const [index, address] of BOTH.entries()) {
    const replica = startReplica(kubeconfigs[index] ?? '', 15_124, ['--address', address])
    replicas.set(address, replica)
    await replica.ready()
  }
})

afterAll(async () => {
  await Promise.all([...replicas.values()].map(one => one.stop('SIGKILL')))
  await way?.close()
  await tools?.close()
  await cluster?.close()
})

test('a new route is served by every replica [CLUSTER-13]', () => tools.expectNewRoute(BOTH))

test('a session that one replica opened is good at the other one [CLUSTER-14]', async () => {
  const session = await openSession(FIRST)
  expect(await inSession(SECOND, session)).toBe(200)
})

test('the policy of a route takes effect, and goes [CLUSTER-13]', async () => {
  await cluster.apply(document('tools-policy.yaml'))
  await eventually(async () => expect(await statusOf(FIRST, '/mcp')).toBe(401))
  await cluster.kubectl(['delete', '-f', '-'], document('tools-policy.yaml'))
  await eventually(async () => expect(await statusOf(FIRST, '/mcp')).toBe(200))
})

test('watches that are cut every second lose no change [CLUSTER-13]', async () => {
  const cutting = setInterval(way.cut, 1000)
  try {
    for (let round = 0; round < 6; round++) await tools.expectNewRoute(BOTH)
  } finally {
    clearInterval(cutting)
  }
})

test('without an API server what is known is served, and changes arrive once it is back [CLUSTER-13]', async () => {
  await cluster.stopApi()
  for (const address of BOTH) expect(await statusOf(address, '/mcp')).toBe(200)
  await cluster.startApi()
  await tools.expectNewRoute(BOTH)
})

test('after a compaction and a crash of the API server (410) changes arrive [CLUSTER-13]', async () => {
  await cluster.compact()
  await cluster.stopApi('SIGKILL')
  await cluster.startApi()
  await tools.expectNewRoute(BOTH)
})

test('when the leader is killed another replica writes statuses [CLUSTER-15]', async () => {
  const holder = () =>
    cluster.kubectl(['get', 'lease', 'portcullis', '-o', 'jsonpath={.spec.holderIdentity}'])
  const leader = [...replicas.values()].find(({ log }) =>
    log.some(line => /this replica writes/.test(line)),
  )
  expect(leader).toBeDefined()
  const before = await holder()
  await leader?.stop('SIGKILL')
  await cluster.apply(document('tools-route.yaml', { NAME: 'after' }))
  await eventually(async () => expect(await holder()).not.toBe(before))
  await eventually(async () => {
    const path = 'jsonpath={.status.parents[0].conditions[0].status}'
    expect(await cluster.kubectl(['get', 'httproute', 'after', '-o', path])).toBe('True')
  })
})
