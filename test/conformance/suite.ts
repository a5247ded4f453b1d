import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One set of scenarios of one version of the official suite. */
export interface ScenarioSet {
  name: string
  /** Version of `@modelcontextprotocol/conformance`. */
  version: string
  args: readonly string[]
}

/** Everything that is run; `--requirements` also runs scenarios that the suite does not score. */
export const SETS: readonly ScenarioSet[] = [
  {
    name: '2026-07-28',
    version: '0.2.0-alpha.12',
    args: ['--requirements', '2026-07-28'],
  },
  {
    name: '2025-11-25',
    version: '0.2.0-alpha.12',
    args: ['--requirements', '2025-11-25'],
  },
  {
    name: '2025-06-18',
    version: '0.2.0-alpha.12',
    args: ['--suite', 'all', '--spec-version', '2025-06-18'],
  },
  { name: '0.1.16', version: '0.1.16', args: ['--suite', 'all'] },
]

/** One check as the suite reports it. */
export interface Check {
  scenario: string
  id: string
  name: string
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  errorMessage?: string
  details?: unknown
}

/** What one run of a set gave. */
export interface Run {
  checks: Check[]
  /** Whether the suite itself was content: it compares its failures with the expected ones. */
  content: boolean
  seconds: number
}

const expectedFailures = fileURLToPath(new URL('expected-failures.yaml', import.meta.url))

/**
 * Runs one set against the MCP endpoint `url`. Suites are looked for at `{suites}/conformance-{version}`;
 * results and the output of the suite go to `output`.
 */
export async function runSet(
  set: ScenarioSet,
  url: string,
  suites: string,
  output: string,
): Promise<Run> {
  const began = performance.now()
  const options = ['--url', url, '-o', output, '--expected-failures', expectedFailures]
  const child = spawn(
    process.execPath,
    [suiteProgram(suites, set.version), 'server', ...options, ...set.args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const code = await new Promise(ended => child.on('close', ended))
  const checks = await readChecks(output)
  if (checks.length === 0)
    throw new Error(`${set.name}: the suite ran nothing:\n${said.slice(-4000)}`)
  return { checks, content: code === 0, seconds: (performance.now() - began) / 1000 }
}

/** The suite of one version below the folder of all of them. */
export function suiteProgram(suites: string, version: string): string {
  const program = `conformance-${version}/node_modules/@modelcontextprotocol/conformance/dist/index.js`
  return join(suites, program)
}

/** Reads the `{kind}-{scenario}-{time}/checks.json` files of one run. */
export async function readChecks(output: string): Promise<Check[]> {
  const folders = await readdir(output).catch(() => [])
  const scenarios = folders.map(async folder => {
    const scenario = folder
      .replace(/^(server|authorization)-/, '')
      .replace(/-\d{4}-\d\d-\d\dT[\dZ-]+$/, '')
    const checks: Check[] = JSON.parse(await readFile(join(output, folder, 'checks.json'), 'utf8'))
    return checks.map(check => ({ ...check, scenario }))
  })
  return (await Promise.all(scenarios)).flat()
}
