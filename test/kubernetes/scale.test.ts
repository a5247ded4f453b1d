import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStream } from '../../src/http/stream.ts'
import { createUpstreams, type Upstreams } from '../../src/http/upstream.ts'
import { type Api, createApi } from '../../src/source/kubernetes/api.ts'
import { loadCredentials } from '../../src/source/kubernetes/credentials.ts'
import type { TestCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { type Replica, startReplica } from './replica.ts'
import { startTools, statusOf, type Tools } from './tools.ts'
import { startWorld } from './world.ts'

/** `PORTCULLIS_SCALE=1` is the size that the documentation gives figures for; a run of all tests takes a part of it. */
const SCALE = Number(process.env.PORTCULLIS_SCALE ?? 0.1)
const ROUTES = 2000 * SCALE
const POLICIES = 500 * SCALE
const CHANGES = 20
const HERE = '127.0.0.1'

let cluster: TestCluster
let tools: Tools
let upstreams: Upstreams
let api: Api
let replica: Replica

beforeAll(async () => {
  cluster = await startWorld()
  tools = await startTools(cluster)
  const credentials = await loadCredentials({
    kubeconfig: cluster.kubeconfig,
    environment: process.env,
  })
  upstreams = createUpstreams({ tls: credentials.tls })
  api = createApi(credentials, createStream(upstreams))
})
afterAll(async () => {
  await replica?.stop('SIGKILL')
  await upstreams?.close()
  await tools?.close()
  await cluster?.close()
})

const routes = '/apis/gateway.networking.k8s.io/v1/namespaces/portcullis/httproutes'
const policies = '/apis/agentgateway.dev/v1alpha1/namespaces/portcullis/agentgatewaypolicies'

const putRoute = (name: string) =>
  api.request('POST', routes, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: [{ name: 'edge' }],
      rules: [
        { matches: [{ path: { value: `/${name}` } }], backendRefs: [{ name: 'tools', port: 80 }] },
      ],
    },
  })
const putPolicy = (name: string) =>
  api.request('POST', policies, {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayPolicy',
    metadata: { name },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name }],
      backend: {
        mcp: {
          authentication: { issuer: 'https://idp.example', jwks: { inline: '{"keys": []}' } },
          authorization: { policy: { matchExpressions: [`jwt.sub == "${name}"`] } },
        },
      },
    },
  })

async function inTurn(count: number, put: (name: string) => Promise<unknown>): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `bulk-${index}`)
  const worker = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) await put(name)
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}

/** Milliseconds until a path answers with this status. */
async function timeUntil(path: string, status: number): Promise<number> {
  const began = performance.now()
  const deadline = began + 20_000
  while ((await statusOf(HERE, path)) !== status) {
    if (performance.now() > deadline) throw new Error(`${path} does not answer ${status}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  return performance.now() - began
}

const memoryMb = () => {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(
    readFileSync(`/proc/${replica.process.pid}/status`, 'utf8'),
  ) ?? ['', '0']
  return Math.round(Number(kilobytes) / 1024)
}

const figure = (what: string, times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b).map(Math.round)
  process.stdout.write(
    `${what}: median ${sorted[sorted.length >> 1]} ms, most ${sorted.at(-1)} ms\n`,
  )
}

test('many routes and policies: all are served, and a change takes effect [CLUSTER-20]', async () => {
  await inTurn(ROUTES, putRoute)
  await inTurn(POLICIES, putPolicy)
  const began = performance.now()
  replica = startReplica(cluster.kubeconfig, 15_127, ['--address', HERE])
  await replica.ready()
  const started = performance.now() - began
  process.stdout.write(
    `${ROUTES} routes, ${POLICIES} policies: ready after ${Math.round(started)} ms, ${memoryMb()} MB\n`,
  )
  expect(await statusOf(HERE, '/bulk-0')).toBe(401)
  expect(await statusOf(HERE, `/bulk-${ROUTES - 1}`)).toBe(200)

  const added: number[] = []
  const closed: number[] = []
  for (let index = 0; index < CHANGES; index++) {
    const name = `new-${index}`
    await putRoute(name)
    added.push(await timeUntil(`/${name}`, 200))
    await putPolicy(name)
    closed.push(await timeUntil(`/${name}`, 401))
  }
  figure('a new route', added)
  figure('a new policy', closed)

  const path = 'jsonpath={.status.listeners[0].attachedRoutes}'
  const get = ['-n', 'portcullis', 'get', 'gateway', 'edge', '-o', path]
  await eventually(async () =>
    expect(Number(await cluster.kubectl(get))).toBe(ROUTES + CHANGES + 1),
  )
  process.stdout.write(`after ${2 * CHANGES} changes: ${memoryMb()} MB\n`)
}, 600_000)
