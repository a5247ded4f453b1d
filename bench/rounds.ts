import type { Contestant } from './contestant.ts'
import { applyLoad, bySockets } from './load.ts'
import { usage } from './measure.ts'
import type { Row } from './rows.ts'
import type { World } from './world.ts'

/** One row in one round. */
export type Sample = {
  readonly calls: number
  readonly failed: number
  readonly cpuUs: number
  readonly rps: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Bytes. */
  readonly rss: number
  /** Upstream connections that were opened. */
  readonly opened: number
}

export type Measured = { readonly row: Row; readonly samples: readonly Sample[] }

const seconds = 2
const connections = 16
/** Before each measurement: code that lay idle for the rest of a round is warm again. */
const leadInSeconds = 0.3
/** Until the optimising compiler is done, which counts calls, but not for ever. */
const warmUpCalls = 30_000
const warmUpSeconds = 4
/** Enough for one round at 20,000 calls in a second would take minutes to sign: these rounds are shorter. */
const coldCalls = 3000

/**
 * Rounds through all rows, every other one backwards: what changes over minutes on the machine then
 * changes for all of them.
 */
export async function measure(
  contestants: readonly Contestant[],
  rounds: number,
  world: World,
  progress: (text: string) => void,
): Promise<Measured[]> {
  for (const contestant of contestants) {
    progress(`warming up: ${contestant.row.name}`)
    await warmUp(contestant, world)
  }
  const samples = new Map<Contestant, Sample[]>(contestants.map(one => [one, []]))
  for (let round = 0; round < rounds; round++) {
    for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
      progress(`round ${round + 1} of ${rounds}: ${contestant.row.name}`)
      samples.get(contestant)?.push(await sample(contestant, world, seconds))
    }
  }
  return contestants.map(one => ({ row: one.row, samples: samples.get(one) ?? [] }))
}

async function warmUp(contestant: Contestant, world: World): Promise<void> {
  let calls = 0
  for (let second = 0; second < warmUpSeconds && calls < warmUpCalls; second++) {
    calls += (await sample(contestant, world, 1)).calls
  }
}

async function sample(
  { row, port, pid, traffic }: Contestant,
  world: World,
  time: number,
): Promise<Sample> {
  const tokens = row.coldTokens ? { tokens: await world.issuer.tokens(coldCalls) } : {}
  const load = { ...traffic, ...tokens, port, seconds: time, connections }
  if (!row.coldTokens) await bySockets({ ...load, seconds: leadInSeconds })
  const before = { ...(await world.counts()), ...usage(pid) }
  const outcome = await applyLoad(load, world.folder)
  const after = { ...usage(pid), ...(await world.counts()) }
  const { calls, failed, p50, p99 } = outcome
  return {
    calls,
    failed,
    cpuUs: (after.cpuUs - before.cpuUs) / calls,
    rps: calls / outcome.seconds,
    p50,
    p99,
    rss: after.rss,
    opened: after.connections - before.connections,
  }
}
