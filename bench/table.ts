import type { Result } from './result.ts'

type Column = { readonly title: string; readonly cell: (result: Result) => string }

const fixed = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? ''

const columns: readonly Column[] = [
  { title: 'row', cell: ({ name }) => name },
  { title: 'CPU us', cell: ({ cpuUs }) => fixed(cpuUs, 1) },
  { title: 'ratio', cell: ({ ratio }) => fixed(ratio, 2) },
  { title: 'required', cell: ({ required }) => fixed(required, 2) },
  { title: 'goal', cell: ({ goal }) => fixed(goal, 2) },
  { title: 'spread', cell: ({ spread }) => `${(spread * 100).toFixed(0)} %` },
  { title: 'req/s', cell: ({ rps }) => fixed(rps, 0) },
  { title: 'p50 ms', cell: ({ p50 }) => fixed(p50, 2) },
  { title: 'p99 ms', cell: ({ p99 }) => fixed(p99, 2) },
  { title: 'RSS MB', cell: ({ rss }) => fixed(rss / 1e6, 0) },
  { title: 'opened/call', cell: ({ opened }) => fixed(opened, 4) },
  { title: 'failed', cell: ({ failed }) => String(failed) },
]

/** Names to the left, figures to the right. */
export function table(results: readonly Result[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...results.map(one => columns.map(c => c.cell(one))),
  ]
  const widths = columns.map((_, index) => Math.max(...lines.map(line => line[index]?.length ?? 0)))
  const aligned = (cell: string, index: number): string =>
    index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)
  return lines.map(line => line.map(aligned).join('  ').trimEnd()).join('\n')
}
