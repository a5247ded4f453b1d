import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestCluster } from './cluster.ts'
import { startDeployed } from './deployed.ts'
import { eventually } from './eventually.ts'
import { CHART, helm, rendered } from './helm.ts'
import { startWorld } from './world.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startWorld()
}, 600_000)

afterAll(async () => {
  await cluster?.close()
})

const render = (...args: readonly string[]) => rendered('portcullis', ...args)

test('helm finds nothing wrong with the chart [CLUSTER-8]', async () => {
  expect(await helm('lint', '--strict', CHART)).toContain('0 chart(s) failed')
})

test.each([
  ['as it is', []],
  ['scaling by itself', ['--set', 'autoscaling.enabled=true']],
  ['for two namespaces', ['--set', 'namespaces={portcullis,default}']],
  ['under the name of document 5', ['--set', 'name=mcp-broker-router']],
  [
    'with a store, a grace period and ports of its own',
    [
      ...[
        '--set',
        'config.store.redis.url=$REDIS_URL',
        '--set',
        'terminationGracePeriodSeconds=60',
      ],
      ...['--set', 'service.followListeners=false', '--set', 'env[0].name=REDIS_URL'],
    ],
  ],
])('a server takes it: %s [CLUSTER-8]', async (_what, args) => {
  const manifests = await render(...args)
  const apply = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-']
  expect(await cluster.kubectl(apply, manifests)).toContain('serverside-applied (server dry run)')
})

test('what the program prints is the chart [CLUSTER-9]', async () => {
  const { stdout } = await run(join(root, 'scripts/kubernetes/manifests.sh'))
  expect(readFileSync(join(root, 'deploy/manifests.yaml'), 'utf8')).toBe(stdout)
})

test('its roles are enough, and hold nothing else [CLUSTER-8]', async () => {
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], await render())
  const can = async (...what: string[]) => {
    const as = ['--as', 'system:serviceaccount:portcullis:portcullis']
    return cluster.kubectl(['auth', 'can-i', ...what, ...as]).then(
      text => text.trim(),
      () => 'no',
    )
  }
  expect(await can('patch', 'httproutes', '--subresource=status', '-A')).toBe('yes')
  expect(await can('patch', 'httproutes', '-A')).toBe('no')
  expect(await can('create', 'secrets', '-n', 'default')).toBe('no')
  expect(await can('delete', 'secrets', '-n', 'portcullis')).toBe('no')

  const replica = await startDeployed(cluster, 'portcullis', 'portcullis', 15_123)
  try {
    await replica.ready()
    await eventually(async () => {
      const path = 'jsonpath={.status.conditions[?(@.type=="Accepted")].status}'
      expect(await cluster.kubectl(['get', 'gatewayclass', 'portcullis', '-o', path])).toBe('True')
    })
    expect(
      replica.log.filter(line => /may not be read|cannot be (written|renewed)/.test(line)),
    ).toEqual([])
    const secret = ['-n', 'portcullis', 'get', 'secret', 'portcullis-session-key', '-o', 'name']
    expect(await cluster.kubectl(secret)).toContain('secret/')
  } finally {
    await replica.stop()
  }
})

test('what a role does not allow is said once, the rest works, and it counts once it is allowed [CLUSTER-17]', async () => {
  const all = await render()
  const fewer = all.replace(/, agentgatewaypolicies\]/, ']')
  expect(fewer).not.toBe(all)
  const put = (text: string) => cluster.kubectl(['apply', '--server-side', '-f', '-'], text)
  await put(fewer)
  const replica = await startDeployed(cluster, 'portcullis', 'portcullis', 15_123)
  try {
    await replica.ready()
    const said = (words: string) =>
      replica.log.filter(
        line => line.includes('agentgatewaypolicies.agentgateway.dev') && line.includes(words),
      )
    expect(said('may not be read')).toHaveLength(1)
    await put(all)
    await eventually(async () => expect(said('can be read')).toHaveLength(1))
    expect(said('may not be read')).toHaveLength(1)
  } finally {
    await replica.stop()
  }
})
