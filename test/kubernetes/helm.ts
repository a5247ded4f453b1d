import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

export const CHART: string = join(root, 'deploy/helm/portcullis')

/** Runs helm; rejects when it fails. */
export async function helm(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(join(root, 'scripts/kubernetes/helm.sh'))
  return (await run(stdout.trim(), [...args], { maxBuffer: 16 * 1024 * 1024 })).stdout
}

/** The chart as `helm install portcullis` would apply it to this namespace, without the definitions. */
export function rendered(namespace: string, ...args: readonly string[]): Promise<string> {
  return helm(
    'template',
    'portcullis',
    CHART,
    '-n',
    namespace,
    '--kube-version',
    'v1.34.0',
    ...args,
  )
}
