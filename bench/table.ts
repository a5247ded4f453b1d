import type { Figure } from './figure.ts'
import type { Result } from './result.ts'

type Column<Line> = { readonly title: string; readonly cell: (line: Line) => string }

const fixed = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? ''

const columns: readonly Column<Result>[] = [
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

const figureColumns: readonly Column<Figure>[] = [
  { title: 'figure', cell: ({ name }) => name },
  { title: 'value', cell: ({ value }) => fixed(value, Math.abs(value) < 10 ? 2 : 0) },
  { title: 'unit', cell: ({ unit }) => unit },
  { title: 'required', cell: ({ required }) => String(required ?? '') },
  { title: 'goal', cell: ({ goal }) => String(goal ?? '') },
]

export const table = (results: readonly Result[]): string => aligned(columns, results)

export const figureTable = (figures: readonly Figure[]): string => aligned(figureColumns, figures)

/** Names to the left, figures to the right; empty where there are none. */
function aligned<Line>(from: readonly Column<Line>[], all: readonly Line[]): string {
  if (all.length === 0) return ''
  const lines = [from.map(({ title }) => title), ...all.map(one => from.map(c => c.cell(one)))]
  const widths = from.map((_, index) => Math.max(...lines.map(line => line[index]?.length ?? 0)))
  const padded = (cell: string, index: number): string =>
    index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)
  return lines.map(line => line.map(padded).join('  ').trimEnd()).join('\n')
}
