import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { formatDiagnostic } from '../../config/diagnostic.ts'
import type { Environment } from '../../config/environment.ts'
import { load } from '../../config/load.ts'
import type { ProcessResource } from '../../config/resource.ts'

/**
 * What no object of a cluster says: the `config` of a file in the usual format, read once. Everything else in
 * such a file comes from the cluster, so it may not stand there.
 *
 * @param file path as the operator wrote it; paths inside start at its folder
 * @throws Error whose message has one line for each problem, with file, line and column
 */
export function readSettings(file: string, environment: Environment): readonly ProcessResource[] {
  const path = resolve(file)
  const loaded = load(readFileSync(path, 'utf8'), file, { environment, folder: dirname(path) })
  const problems = loaded.diagnostics.filter(({ severity }) => severity === 'error')
  if (problems.length > 0) throw new Error(problems.map(formatDiagnostic).join('\n'))
  const settings = loaded.resources.filter(one => one.kind === 'process')
  const foreign = loaded.resources
    .filter(one => one.kind !== 'process')
    .map(({ locate }) => locate())
  if (foreign.length > 0) {
    const message =
      'only `config` may stand here: listeners, routes and backends come from the cluster'
    throw new Error(
      foreign.map(spot => formatDiagnostic({ severity: 'error', ...spot, message })).join('\n'),
    )
  }
  return settings
}
