import {
  COUNTERS,
  GAUGES,
  HISTOGRAMS,
  type HistogramDescription,
  type MetricDescription,
} from './metric-table.ts'
import { PROCESS_METRICS } from './process-metrics.ts'

/** One series of a counter or gauge. Get it once and keep it where it is used often. */
export type Series = {
  /** Adds 1, or `amount`, which is negative only for gauges. */
  add(amount?: number): void
}

export type Distribution = { observe(value: number): void }

/** A metric with its labels; each distinct list of label values is one series. */
export type Family<Labels extends readonly string[], S> = {
  of(...values: { [K in keyof Labels]: string }): S
}

type Families<Table extends Readonly<Record<string, MetricDescription>>, S> = {
  readonly [Name in keyof Table]: Family<Table[Name]['labels'], S>
}

export type Metrics = Families<typeof COUNTERS, Series> &
  Families<typeof GAUGES, Series> &
  Families<typeof HISTOGRAMS, Distribution> & {
    /** Prometheus text format, version 0.0.4. */
    render(): string
  }

/**
 * Series of one metric. Label values can depend on what clients send; what comes after the limit is
 * counted under `other`, so that a stranger cannot fill the memory.
 */
const MAX_SERIES = 1000
const OTHER = 'other'

/** The metrics of one gateway; see `metric-table.ts`. */
export function createMetrics(version: string): Metrics {
  const renderers: (() => string)[] = []
  const all = <Table extends Readonly<Record<string, D>>, D extends MetricDescription, S>(
    table: Table,
    make: (description: D) => { family: Family<readonly string[], S>; render(): string },
  ): Families<Table, S> => {
    const entries = Object.entries(table).map(([name, description]) => {
      const { family, render } = make(description)
      renderers.push(render)
      return [name, family] as const
    })
    return Object.fromEntries(entries) as unknown as Families<Table, S>
  }

  const metrics: Metrics = {
    ...all(COUNTERS, description => numbers(description, 'counter')),
    ...all(GAUGES, description => numbers(description, 'gauge')),
    ...all(HISTOGRAMS, distributions),
    render: () => renderers.map(render => render()).join('') + renderProcess(),
  }
  metrics.buildInfo.of(version, process.version).add()
  return metrics
}

function numbers(
  description: MetricDescription,
  type: 'counter' | 'gauge',
): { family: Family<readonly string[], Series>; render(): string } {
  const { name, labels } = description
  const { of, entries } = family(labels, () => {
    let value = 0
    return {
      add(amount = 1) {
        value += amount
      },
      value: () => value,
    }
  })
  // Without labels there is one series, which a reader can rely on from the start.
  if (labels.length === 0) of()
  return {
    family: { of },
    render: () =>
      head(description, type) +
      entries()
        .map(([values, series]) => line(name, labels, values, series.value()))
        .join(''),
  }
}

function distributions(description: HistogramDescription): {
  family: Family<readonly string[], Distribution>
  render(): string
} {
  const { name, labels, buckets } = description
  const bounds = [...buckets, Number.POSITIVE_INFINITY]
  const { of, entries } = family(labels, () => {
    const counts = new Float64Array(bounds.length)
    let sum = 0
    return {
      observe(value: number) {
        let index = 0
        while (value > (bounds[index] as number)) index++
        counts[index] = (counts[index] as number) + 1
        sum += value
      },
      counts,
      sum: () => sum,
    }
  })
  return {
    family: { of },
    render: () =>
      head(description, 'histogram') +
      entries()
        .map(([values, { counts, sum }]) => {
          let total = 0
          const cumulative = bounds.map((bound, index) => {
            total += counts[index] as number
            return line(`${name}_bucket`, [...labels, 'le'], [...values, number(bound)], total)
          })
          return (
            cumulative.join('') +
            line(`${name}_sum`, labels, values, sum()) +
            line(`${name}_count`, labels, values, total)
          )
        })
        .join(''),
  }
}

function family<S>(
  labels: readonly string[],
  create: () => S,
): { of(...values: readonly string[]): S; entries(): [readonly string[], S][] } {
  const all: { readonly values: readonly string[]; readonly series: S }[] = []
  // One map per label: joining the values to one key would cost more than everything that is counted.
  const root: Branch<S> = { below: new Map() }
  const other = labels.map(() => OTHER)
  function of(...values: readonly string[]): S {
    let branch: Branch<S> | undefined = root
    for (const value of values) branch = branch?.below.get(value)
    return branch?.series ?? add(all.length < MAX_SERIES ? values : other)
  }
  function add(values: readonly string[]): S {
    let branch = root
    for (const value of values) {
      const next = branch.below.get(value) ?? { below: new Map() }
      branch.below.set(value, next)
      branch = next
    }
    if (branch.series === undefined) {
      branch.series = create()
      all.push({ values, series: branch.series })
    }
    return branch.series
  }
  return { of, entries: () => all.map(entry => [entry.values, entry.series]) }
}

type Branch<S> = { readonly below: Map<string, Branch<S>>; series?: S }

function renderProcess(): string {
  return PROCESS_METRICS.map(metric => {
    const value = metric.read()
    return value === undefined ? '' : head(metric, metric.type) + line(metric.name, [], [], value)
  }).join('')
}

function head({ name, help }: MetricDescription, type: string): string {
  const text = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n`
}

function line(
  name: string,
  labels: readonly string[],
  values: readonly string[],
  value: number,
): string {
  const pairs = labels.map((label, index) => `${label}="${escapeValue(values[index] ?? '')}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${number(value)}\n`
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function number(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value)
}
