/**
 * Runs the official conformance suite against the fixture, directly, through the gateway and through
 * a federation of one target, and fails when a check fails or comes out differently. See README.md next to this file.
 */
import { mkdir, mkdtemp } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEverythingServer } from '../fixtures/everything-server.ts'
import { createIdentity } from '../fixtures/identity.ts'
import { runAuthorization } from './authorization.ts'
import { differences, failures, score } from './compare.ts'
import { freePort, startGateway } from './gateway.ts'
import { type Run, runSet, type ScenarioSet, SETS } from './suite.ts'
import { startTokenProxy } from './token-proxy.ts'

const { values: options } = parseArgs({
  options: {
    suites: { type: 'string' },
    set: { type: 'string', multiple: true },
    program: { type: 'string', default: 'dist/main.js' },
    direct: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
})
if (options.suites === undefined) throw new Error('--suites must name the folder of the suites')
const suites = options.suites

const print = (line: string) => process.stdout.write(`${line}\n`)
const sets = SETS.filter(set => options.set?.includes(set.name) ?? true)
const withAuthorization = !options.direct && (options.set?.includes('authorization') ?? true)
const folder = await mkdtemp(join(tmpdir(), 'portcullis-conformance-'))
const closers: (() => Promise<void>)[] = []

/** Ways through the gateway: bytes that pass unread, and message by message as with several targets. */
const WAYS = [
  { path: 'gateway', prefixMode: undefined },
  { path: 'federation', prefixMode: 'never' },
] as const

/** Starts fixture, gateway and token proxy; returns the URL in front of all of them. */
async function startProtected({ path, prefixMode }: (typeof WAYS)[number]): Promise<string> {
  const own = join(folder, path)
  await mkdir(own)
  const fixture = await startEverythingServer()
  closers.unshift(fixture.close)
  const identity = await createIdentity(own)
  const port = await freePort()
  const audience = 'http://gateway.test/mcp'
  const token = await identity.token(audience)
  const proxy = await startTokenProxy(`http://127.0.0.1:${port}`, token)
  closers.unshift(proxy.close)
  const gateway = await startGateway({
    program: options.program,
    target: fixture.url,
    identity,
    resource: audience,
    port,
    prefixMode,
    folder: own,
  })
  closers.unshift(gateway.close)
  return `${proxy.origin}/mcp`
}

/** Runs every set against `url`, `jobs` at a time. */
async function runAll(jobs: { set: ScenarioSet; path: string; url: string }[]): Promise<Run[]> {
  const runs: Run[] = []
  const queue = jobs.entries()
  const worker = async () => {
    for (const [index, { set, path, url }] of queue)
      runs[index] = await runSet(set, url, suites, join(folder, path, set.name))
  }
  await Promise.all(Array.from({ length: Number(options.jobs) }, worker))
  return runs
}

const column = (run: Run | undefined) => {
  if (!run) return '-'.padStart(16)
  const { passed, total } = score(run)
  return `${passed}/${total} ${run.seconds.toFixed(1).padStart(5)}s`.padStart(16)
}

try {
  const direct = await startEverythingServer()
  closers.unshift(direct.close)
  const paths = [{ path: 'direct', url: direct.url }]
  if (!options.direct)
    for (const way of WAYS) paths.push({ path: way.path, url: await startProtected(way) })

  const began = performance.now()
  const runs = await runAll(sets.flatMap(set => paths.map(path => ({ set, ...path }))))
  const authorization = withAuthorization
    ? await runAuthorization(suites, options.program, join(folder, 'authorization'))
    : undefined
  print(`set           ${paths.map(({ path }) => path.padStart(16)).join('')}`)
  const problems = sets.flatMap((set, index) => {
    const [own, ...through] = runs.slice(index * paths.length, (index + 1) * paths.length)
    if (!own) throw new Error(`${set.name} did not run`)
    print(`${set.name.padEnd(14)}${[own, ...through].map(column).join('')}`)
    return [
      ...failures(own),
      ...(own.content ? [] : ['the suite is not content with the fixture']),
      ...through.flatMap((run, way) =>
        differences(own, run).map(problem => `${WAYS[way]?.path}: ${problem}`),
      ),
    ].map(problem => `${set.name}: ${problem}`)
  })
  if (authorization !== undefined) {
    print(`${'authorization'.padEnd(14)}${column(undefined)}${column(authorization)}`)
    problems.push(...failures(authorization).map(problem => `authorization: ${problem}`))
    runs.push(authorization)
  }
  print(`${((performance.now() - began) / 1000).toFixed(1)} s; results in ${folder}`)
  for (const problem of problems) print(problem)
  const passed = runs.reduce((sum, run) => sum + score(run).passed, 0)
  print(`${passed} passed, ${problems.length} failed`)
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  for (const close of closers) await close()
}
