import type { Figure } from './figure.ts'
import { median } from './result.ts'
import type { Measured, Sample } from './rounds.ts'

/** Figures that come out of two rows, round by round; nothing where one of them did not run. */
export function derived(measured: readonly Measured[]): Figure[] {
  const samplesOf = (name: string): readonly Sample[] =>
    measured.find(({ row }) => row.name === name)?.samples ?? []
  const paired = (one: string, other: string, of: (a: Sample, b: Sample) => number): number[] => {
    const others = samplesOf(other)
    return samplesOf(one).flatMap((sample, round) => {
      const against = others[round]
      return against === undefined ? [] : [of(sample, against)]
    })
  }
  /** CPU that each of `count` more things costs every call, in nanoseconds. */
  const growth = (one: string, other: string, count: number): number[] =>
    paired(one, other, (a, b) => ((a.cpuUs - b.cpuUs) * 1000) / count)
  const throughput = (size: string): number[] =>
    paired(size, `yardstick, ${size}`, (a, b) => a.rps / b.rps)

  const figures: readonly (Omit<Figure, 'value'> & { readonly values: readonly number[] })[] = [
    {
      name: 'growth with each route',
      values: growth('1,000 routes', 'modern call', 999),
      unit: 'ns',
      required: 10,
      goal: 0,
    },
    {
      name: 'growth with each target',
      values: growth('federation of 50, call', 'federation of 5, call', 45),
      unit: 'ns',
      required: 50,
      goal: 0,
    },
    ...['3 MB body', '3 MB result'].map(size => ({
      name: `${size}, throughput by the yardstick's`,
      values: throughput(size),
      unit: '',
      required: 0.85,
      goal: 0.95,
    })),
  ]
  return figures.flatMap(({ values, ...figure }) =>
    values.length === 0 ? [] : [{ ...figure, value: median(values) }],
  )
}
