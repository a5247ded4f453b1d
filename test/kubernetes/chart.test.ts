import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { type Replica, startReplica } from './replica.ts'
import { startWorld } from './world.ts'

const root = join(import.meta.dirname, '../..')
const chart = join(root, 'deploy/helm/portcullis')
const run = promisify(execFile)

let cluster: TestCluster
let helm: string

beforeAll(async () => {
  helm = (await run(join(root, 'scripts/kubernetes/helm.sh'))).stdout.trim()
  cluster = await startWorld()
}, 600_000)

afterAll(async () => {
  await cluster?.close()
})

async function render(...args: readonly string[]): Promise<string> {
  return (
    await run(helm, [
      'template',
      'portcullis',
      chart,
      '-n',
      'portcullis',
      '--kube-version',
      'v1.34.0',
      ...args,
    ])
  ).stdout
}

test('helm finds nothing wrong with the chart', async () => {
  const { stdout } = await run(helm, ['lint', '--strict', chart])
  expect(stdout).toContain('0 chart(s) failed')
})

test.each([
  ['as it is', []],
  ['scaling by itself', ['--set', 'autoscaling.enabled=true']],
  ['for two namespaces', ['--set', 'namespaces={portcullis,default}']],
  ['under the name of document 5', ['--set', 'name=mcp-broker-router']],
])('a server takes it: %s', async (_what, args) => {
  const manifests = await render(...args)
  const apply = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-']
  expect(await cluster.kubectl(apply, manifests)).toContain('serverside-applied (server dry run)')
})

test('what the program prints is the chart', async () => {
  const { stdout } = await run(join(root, 'scripts/kubernetes/manifests.sh'))
  expect(readFileSync(join(root, 'deploy/manifests.yaml'), 'utf8')).toBe(stdout)
})

test('its roles are enough, and hold nothing else', async () => {
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

  const kubeconfig = await cluster.serviceAccount('portcullis', 'portcullis')
  const args = ['--address', '127.0.0.1']
  const replica: Replica = startReplica(kubeconfig, 15_123, args)
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
