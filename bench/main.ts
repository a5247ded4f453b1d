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
import { makeRoom } from './process.ts'
import { results } from './result.ts'
import { measure } from './rounds.ts'
import { peer, type Row, rows, withBuild, yardstick } from './rows.ts'
import { table } from './table.ts'
import { createWorld } from './world.ts'

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
      : rows.flatMap(row => withBuild(resolve(values.baseline ?? ''), row))
  const every = [...rows, ...builds, ...peers]
  const wanted = every.filter(
    ({ name, group }) => (values.all || group === 'core') && name.includes(values.rows),
  )
  const against = new Set(wanted.map(row => row.against ?? yardstick))
  return every.filter(row => wanted.includes(row) || against.has(row.name))
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
  const measured = results(await measure(right, Number(values.rounds), world, progress))
  progress('')
  if (values.json) process.stdout.write(`${JSON.stringify({ rows: measured, skipped })}\n`)
  else process.stdout.write(`${table(measured)}\n`)
  for (const { row, reason } of skipped) say(`${row.name}: skipped: ${reason}`)
} finally {
  await Promise.all(contestants.map(one => one.stop()))
  await world.upstream.stop()
  if (values.folder === undefined) rmSync(folder, { recursive: true })
}
process.exitCode = wrong.length > 0 ? 1 : 0
