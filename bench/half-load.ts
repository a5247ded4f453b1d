import { type Contestant, enter } from './contestant.ts'
import type { Figure } from './figure.ts'
import { bySockets } from './load.ts'
import { median } from './result.ts'
import { type Row, rows, yardstick } from './rows.ts'
import type { World } from './world.ts'

const rounds = 5
const seconds = 4
const connections = 16

/** What the gateway adds to the yardstick's p99 when it gets half of the calls that it could take. */
export async function halfLoad(world: World): Promise<Figure[]> {
  const [bare, gateway] = [await start(yardstick, world), await start('modern call, JWT', world)]
  await load(bare, 2)
  await load(gateway, 2)
  const { calls, seconds: taken } = await load(gateway, 3)
  const rate = calls / taken / 2
  const added: number[] = []
  for (let round = 0; round < rounds; round++) {
    const without = await load(bare, seconds, rate)
    const through = await load(gateway, seconds, rate)
    added.push(through.p99 - without.p99)
  }
  await Promise.all([bare.stop(), gateway.stop()])
  const name = 'p99 added to the yardstick at half load'
  return [{ name, value: median(added), unit: 'ms', required: 2, goal: 1 }]
}

async function start(name: string, world: World): Promise<Contestant> {
  const entered = await enter(rows.find(row => row.name === name) as Row, world)
  if ('reason' in entered) throw new Error(entered.reason)
  return entered
}

const load = (
  { port, traffic }: Contestant,
  time: number,
  rate?: number,
): ReturnType<typeof bySockets> =>
  bySockets({ ...traffic, port, seconds: time, connections, ...(rate && { rate }) })
