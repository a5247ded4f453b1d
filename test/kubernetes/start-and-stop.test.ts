import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ADDRESS, type TestCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { type Replica, startReplica } from './replica.ts'
import { call, inSession, openSession, startTools, statusOf, type Tools } from './tools.ts'
import { define, document, startWorld } from './world.ts'

const HERE = '127.0.0.1'
const ADMIN = 15_125
const AGENTGATEWAY = /agentgateway/

let cluster: TestCluster
let tools: Tools
const running: Replica[] = []

beforeAll(async () => {
  cluster = await startWorld(AGENTGATEWAY)
  tools = await startTools(cluster)
})
afterEach(async () => {
  await Promise.all(running.splice(0).map(one => one.stop('SIGKILL')))
})
afterAll(async () => {
  await tools?.close()
  await cluster?.close()
})

function start(address: string): Replica {
  const replica = startReplica(cluster.kubeconfig, ADMIN, ['--address', address])
  running.push(replica)
  return replica
}

const readiness = () =>
  fetch(`http://${HERE}:${ADMIN}/healthz/ready`).then(
    ({ status }) => status,
    () => undefined,
  )

test('until an API server answers and everything was read a replica waits, and is not ready [CLUSTER-16]', async () => {
  await cluster.stopApi()
  const replica = start(HERE)
  await replica.logged(/the API server does not answer; it is asked again/)
  expect(await readiness()).toBeUndefined()
  await cluster.startApi()
  await replica.ready()
  expect(await statusOf(HERE, '/mcp')).toBe(200)
})

test('replicas that start at once have one session key [CLUSTER-14]', async () => {
  await cluster.kubectl(['delete', 'secret', 'portcullis-session-key'])
  const addresses = [HERE, ADDRESS, '127.0.0.2']
  await Promise.all(addresses.map(address => start(address).ready()))
  const sessions = await Promise.all(addresses.map(openSession))
  for (const session of sessions) {
    for (const address of addresses) expect(await inSession(address, session)).toBe(200)
  }
})

test('a session key that is replaced in two steps ends no session [CLUSTER-14]', async () => {
  const [before, after] = ['0a', '0b'].map(byte => byte.repeat(32))
  const put = (value: string) =>
    cluster.kubectl([
      ...['patch', 'secret', 'portcullis-session-key', '--type=merge', '-p'],
      JSON.stringify({ stringData: { key: value } }),
    ])
  await put(`${before}`)
  const replica = start(HERE)
  await replica.ready()
  const session = await openSession(HERE)
  const reloaded = () => replica.log.filter(line => line.includes('configuration reloaded')).length
  const count = reloaded()
  await put(`${after}\n${before}`)
  await eventually(async () => expect(reloaded()).toBeGreaterThan(count))
  expect(await inSession(HERE, session)).toBe(200)
  const renewed = await openSession(HERE)
  // Nothing to seal with: the last good ones stay.
  await put('not a key')
  await tools.expectNewRoute([HERE])
  await put(`${after}`)
  await tools.expectNewRoute([HERE])
  expect(await inSession(HERE, renewed)).toBe(200)
})

test('kinds that are not installed are said once; once they are there they count [CLUSTER-17]', async () => {
  const replica = start(HERE)
  await replica.ready()
  const said = (words: string) =>
    replica.log.filter(line => line.includes('agentgatewaypolicies') && line.includes(words))
  expect(said('is not installed')).toHaveLength(1)
  await define(cluster, name => AGENTGATEWAY.test(name))
  await cluster.apply(document('tools-policy.yaml'))
  await eventually(async () => expect(await statusOf(HERE, '/mcp')).toBe(401))
  expect(said('is not installed')).toHaveLength(1)
  expect(said('can be read')).toHaveLength(1)
  await cluster.kubectl(['delete', '-f', '-'], document('tools-policy.yaml'))
})

test('a running call ends well after SIGTERM, and the lease is free at once [CLUSTER-18]', async () => {
  // Those before were killed, so it would not be free for a while.
  await cluster.kubectl(['delete', 'lease', 'portcullis'])
  const replica = start(HERE)
  await replica.ready()
  const holder = () =>
    cluster.kubectl(['get', 'lease', 'portcullis', '-o', 'jsonpath={.spec.holderIdentity}'])
  await replica.logged(/this replica writes statuses/)
  const session = await openSession(HERE)
  const slow = { name: 'slow', arguments: { steps: 20, ms: 100 } }
  const answer = call(HERE, '/mcp', 'tools/call', slow, session)
  await eventually(async () =>
    expect(
      tools.server.received.filter(({ 'mcp-session-id': id }) => id !== undefined),
    ).not.toEqual([]),
  )
  const stopped = replica.stop()
  await eventually(async () => expect(await readiness()).toBe(503))
  const { status, body } = await answer
  expect([status, body]).toEqual([200, expect.stringContaining('"result"')])
  await stopped
  expect(replica.process.exitCode).toBe(0)
  expect(await holder()).toBe('')
})
