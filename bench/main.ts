/**
 * The benchmark: the gateway, in each of its modes, held against a bare proxy in one interleaved run.
 * See README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { check } from './check.ts'
import { type Contestant, enter, type Skipped } from './contestant.ts'
import { derived } from './derived.ts'
import type { Figure } from './figure.ts'
import { halfLoad } from './half-load.ts'
import { memory } from './memory.ts'
import { makeRoom } from './process.ts'
import { reloadUnderLoad } from './reload.ts'
import { results } from './result.ts'
import { measure } from './rounds.ts'
import { rows as everyRow, peer, type Row, withBuild, yardstick } from './rows.ts'
import { startUp } from './startup.ts'
import { figureTable, table } from './table.ts'
import { createWorld, type World } from './world.ts'

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rows: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    baseline: { type: 'string' },
    peer: { type: 'string', multiple: true, default: [] },
    upstream: { type: 'string', default: '0' },
    folder: { type: 'string' },
  },
})

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}
const say = (text: string): void => {
  progress('')
  process.stderr.write(`${text}\n`)
}

/** The rows that were asked for, and those that they are compared with. */
function chosen(): Row[] {
  const peers = values.peer.map(text => {
    const [name = '', ...url] = text.split('=')
    return peer(name, url.join('='))
  })
  const builds =
    values.baseline === undefined
      ? []
      : everyRow.flatMap(row => withBuild(resolve(values.baseline ?? ''), row))
  const every = [...everyRow, ...builds, ...peers]
  const wanted = every.filter(
    ({ name, group }) => (values.all || group === 'core') && name.includes(values.rows),
  )
  const against = new Set(wanted.map(row => row.against ?? yardstick))
  return every.filter(row => wanted.includes(row) || against.has(row.name))
}

/** What is measured besides the rows, with --all. */
const PROBES: Readonly<Record<string, (world: World) => Promise<Figure[]>>> = {
  'start-up': startUp,
  memory,
  'half load': halfLoad,
  reload: reloadUnderLoad,
}

async function probed(world: World): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, probe] of Object.entries(PROBES)) {
    if (!values.all || !name.includes(values.rows)) continue
    progress(`measuring: ${name}`)
    figures.push(...(await probe(world)))
  }
  return figures
}

makeRoom()
const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), 'portcullis-bench-')))
const world = await createWorld(folder, Number(values.upstream))
const contestants: Contestant[] = []
const skipped: Skipped[] = []
const wrong: Row[] = []
try {
  for (const row of chosen()) {
    progress(`starting: ${row.name}`)
    try {
      const entered = await enter(row, world)
      if ('reason' in entered) {
        skipped.push(entered)
        continue
      }
      contestants.push(entered)
      const problem = await check(entered, world)
      if (problem !== undefined) throw new Error(problem)
    } catch (error) {
      wrong.push(row)
      say(`${row.name}: wrong: ${(error as Error).message}`)
    }
  }
  const right = contestants.filter(({ row }) => !wrong.includes(row))
  const measured = await measure(right, Number(values.rounds), world, progress)
  await Promise.all(contestants.splice(0).map(one => one.stop()))
  const rows = results(measured)
  const figures = [...derived(measured), ...(await probed(world))]
  progress('')
  if (values.json) process.stdout.write(`${JSON.stringify({ rows, figures, skipped })}\n`)
  else
    process.stdout.write(
      `${[table(rows), figureTable(figures)].filter(text => text !== '').join('\n\n')}\n`,
    )
  for (const { row, reason } of skipped) say(`${row.name}: skipped: ${reason}`)
} finally {
  await Promise.all(contestants.map(one => one.stop()))
  await world.upstream.stop()
  if (values.folder === undefined) rmSync(folder, { recursive: true })
}
process.exitCode = wrong.length > 0 ? 1 : 0
