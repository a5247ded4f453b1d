import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestCluster } from './cluster.ts'
import { type Replica, startReplica } from './replica.ts'

type Container = {
  readonly args: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

/**
 * Plays the kubelet for one pod of a Deployment: arguments, environment, service account and ConfigMap are as the API
 * server has them. Only the address and the port for operators are the test's own.
 */
export async function startDeployed(
  cluster: TestCluster,
  namespace: string,
  name: string,
  adminPort: number,
): Promise<Replica> {
  const get = async (kind: string, what: string, path: string) =>
    JSON.parse(
      await cluster.kubectl(['get', kind, what, '-n', namespace, '-o', `jsonpath=${path}`]),
    )
  const pod = '{.spec.template.spec}'
  const { containers, serviceAccountName, volumes } = (await get('deployment', name, pod)) as {
    readonly containers: readonly [Container]
    readonly serviceAccountName: string
    readonly volumes: readonly { readonly name: string; readonly configMap: { name: string } }[]
  }
  const [{ args, env = [], volumeMounts }] = containers
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-pod-'))
  let given = args.filter(argument => argument !== 'kubernetes')
  for (const { name: volume, mountPath } of volumeMounts) {
    const { configMap } = volumes.find(one => one.name === volume) ?? { configMap: { name: '' } }
    const data = (await get('configmap', configMap.name, '{.data}')) as Record<string, string>
    for (const [file, text] of Object.entries(data)) writeFileSync(join(folder, file), text)
    given = given.map(argument => argument.replace(mountPath, folder))
  }
  const replica = startReplica(
    await cluster.serviceAccount(namespace, serviceAccountName),
    adminPort,
    [...given, '--address', '127.0.0.1'],
    Object.fromEntries(
      env.flatMap(({ name: key, value }) => (value === undefined ? [] : [[key, value]])),
    ),
  )
  return {
    ...replica,
    async stop(signal) {
      await replica.stop(signal)
      rmSync(folder, { recursive: true })
    },
  }
}
