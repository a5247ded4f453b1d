import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startCluster, type TestCluster } from './cluster.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** A cluster with the definitions of everything that the gateway reads, but for those whose names match `without`. */
export async function startWorld(without?: RegExp): Promise<TestCluster> {
  const { stdout: binaries } = await run(join(root, 'scripts/kubernetes/build.sh'))
  const cluster = await startCluster(binaries.trim())
  await define(cluster, name => without?.test(name) !== true)
  await cluster.kubectl(['create', 'namespace', 'portcullis'])
  return cluster
}

/** Installs definitions by the names of their files. */
export async function define(
  cluster: TestCluster,
  wanted: (file: string) => boolean,
): Promise<void> {
  const { stdout: standard } = await run(join(root, 'scripts/kubernetes/gateway-api.sh'))
  const texts = [standard.trim(), join(root, 'deploy/helm/portcullis/crds')].flatMap(folder =>
    readdirSync(folder)
      .filter(name => name.endsWith('.yaml') && name !== 'kustomization.yaml' && wanted(name))
      .map(name => readFileSync(join(folder, name), 'utf8')),
  )
  await cluster.apply(texts.join('\n---\n'))
  const names = ['--all', '--for=condition=Established', '--timeout=60s']
  await cluster.kubectl(['wait', 'crd', ...names])
}

/** A file of `documents/` with capital words replaced. */
export function document(
  name: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = readFileSync(join(import.meta.dirname, 'documents', name), 'utf8')
  return Object.entries(values).reduce(
    (before, [word, value]) => before.replaceAll(word, String(value)),
    text,
  )
}
