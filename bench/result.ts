import type { Measured, Sample } from './rounds.ts'
import { type Row, yardstick } from './rows.ts'

/** One line of the table: medians over the rounds. */
export type Result = {
  readonly name: string
  /** CPU per request of what the row is compared with, by CPU per request of the row: 1 is as cheap. */
  readonly ratio: number | undefined
  readonly required: number | undefined
  readonly goal: number | undefined
  readonly cpuUs: number
  readonly rps: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Bytes. */
  readonly rss: number
  /** Upstream connections opened per call. */
  readonly opened: number
  /** Width of the middle half of the rounds' CPU, as a share of the median. */
  readonly spread: number
  /** Calls that failed in all rounds together. */
  readonly failed: number
}

/** Quartiles by linear interpolation. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at % 1)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export function results(measured: readonly Measured[]): Result[] {
  const samplesOf = (name: string): readonly Sample[] | undefined =>
    measured.find(({ row }) => row.name === name)?.samples
  return measured.map(({ row, samples }) =>
    result(row, samples, samplesOf(row.against ?? yardstick) ?? []),
  )
}

function result(row: Row, samples: readonly Sample[], against: readonly Sample[]): Result {
  const all = (member: keyof Sample): number[] => samples.map(sample => sample[member])
  const cpuUs = median(all('cpuUs'))
  // Round by round, so that a slow minute of the machine is in both.
  const ratios = samples.map(
    (sample, round) => (against[round]?.cpuUs ?? Number.NaN) / sample.cpuUs,
  )
  const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
  return {
    name: row.name,
    ratio: against.length === 0 ? undefined : median(ratios),
    required: row.required,
    goal: row.goal,
    cpuUs,
    rps: median(all('rps')),
    p50: median(all('p50')),
    p99: median(all('p99')),
    rss: median(all('rss')),
    opened: sum(all('opened')) / sum(all('calls')),
    spread: (quantile(all('cpuUs'), 0.75) - quantile(all('cpuUs'), 0.25)) / cpuUs,
    failed: sum(all('failed')),
  }
}
