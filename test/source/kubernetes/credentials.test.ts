import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadCredentials } from '../../../src/source/kubernetes/credentials.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-pod-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }

function pod(): void {
  for (const name of ['token', 'namespace', 'ca.crt'])
    writeFileSync(join(folder, name), `${name}\n`)
}
const load = (environment: NodeJS.ProcessEnv, kubeconfig?: string) =>
  loadCredentials({ kubeconfig, environment: { HOME: folder, ...environment }, podFolder: folder })

test('in a pod they are those of its service account, and a renewed token is used at once [CLUSTER-21]', async () => {
  pod()
  const { origin, namespace, tls, headers } = await load(POD)
  expect({ origin, namespace, tls }).toEqual({
    origin: 'https://10.0.0.1:443',
    namespace: 'namespace',
    tls: { ca: 'ca.crt' },
  })
  expect(await headers()).toEqual({ authorization: 'Bearer token' })
  writeFileSync(join(folder, 'token'), 'renewed')
  expect(await headers()).toEqual({ authorization: 'Bearer renewed' })
})

test('an IPv6 address of the API server goes into brackets [CLUSTER-21]', async () => {
  pod()
  expect((await load({ ...POD, KUBERNETES_SERVICE_HOST: 'fd00::1' })).origin).toBe(
    'https://[fd00::1]:443',
  )
})

test('a kubeconfig comes before the pod, with namespace, path and credentials of its context [CLUSTER-21]', async () => {
  pod()
  const path = join(folder, 'config')
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': 'b',
      clusters: [{ name: 'c', cluster: { server: 'https://api.example:6443/k8s/' } }],
      users: [{ name: 'u', user: { username: 'a', password: 'b' } }],
      contexts: [
        { name: 'a', context: { cluster: 'x', user: 'u' } },
        { name: 'b', context: { cluster: 'c', user: 'u', namespace: 'gateways' } },
      ],
    }),
  )
  const { origin, basePath, namespace, headers } = await load(POD, path)
  expect({ origin, basePath, namespace }).toEqual({
    origin: 'https://api.example:6443',
    basePath: '/k8s',
    namespace: 'gateways',
  })
  expect(await headers()).toEqual({ authorization: 'Basic YTpi' })
})

test('without any the message says where they were looked for [CLUSTER-21]', async () => {
  await expect(load({})).rejects.toThrow(/no kubeconfig .* no pod .* --kubeconfig FILE/)
  await expect(load(POD)).rejects.toThrow(/no pod with a service account/)
})
