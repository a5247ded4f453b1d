import { expect, test } from 'vitest'
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/observe/metric-table.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { PROCESS_METRICS } from '../../src/observe/process-metrics.ts'

const lines = (text: string, name: string) => text.split('\n').filter(line => line.startsWith(name))

test('counters and gauges say what was added to each series', () => {
  const metrics = createMetrics('1.2.3')
  const post = metrics.requests.of('main', 'POST', '200')
  post.add()
  post.add()
  metrics.requests.of('main', 'GET', '401').add()
  metrics.streams.of().add(3)
  metrics.streams.of().add(-1)
  const text = metrics.render()
  expect(lines(text, 'portcullis_requests_total')).toEqual([
    'portcullis_requests_total{route="main",method="POST",status="200"} 2',
    'portcullis_requests_total{route="main",method="GET",status="401"} 1',
  ])
  expect(lines(text, 'portcullis_streams')).toEqual(['portcullis_streams 2'])
  expect(text).toContain(`portcullis_build_info{version="1.2.3",node="${process.version}"} 1\n`)
})

test('a metric without labels is there from the start', () => {
  expect(createMetrics('1').render()).toContain('\nportcullis_sessions_opened_total 0\n')
})

test('buckets of a histogram are cumulative and end in +Inf', () => {
  const metrics = createMetrics('1')
  const series = metrics.requestDuration.of('main')
  for (const seconds of [0.001, 0.003, 0.003, 7, 1000]) series.observe(seconds)
  const text = metrics.render()
  const bucket = (bound: string) =>
    text.match(
      new RegExp(`portcullis_request_duration_seconds_bucket\\{route="main",le="${bound}"\\} (.*)`),
    )?.[1]
  expect([bucket('0.001'), bucket('0.0025'), bucket('0.005')]).toEqual(['1', '1', '3'])
  expect([bucket('5'), bucket('10'), bucket('\\+Inf')]).toEqual(['3', '4', '5'])
  expect(text).toContain('portcullis_request_duration_seconds_count{route="main"} 5\n')
  expect(text).toContain('portcullis_request_duration_seconds_sum{route="main"} 1007.007\n')
})

test('label values are escaped', () => {
  const metrics = createMetrics('1')
  metrics.keySetFetches.of('a"b\\c\nd', 'ok').add()
  expect(metrics.render()).toContain(
    'portcullis_key_set_fetches_total{issuer="a\\"b\\\\c\\nd",outcome="ok"} 1\n',
  )
})

test('series are bounded: the rest is counted as other', () => {
  const metrics = createMetrics('1')
  for (let index = 0; index < 3000; index++) {
    metrics.mcpCalls.of('main', `made-up-${index}`, '', 'ok').add()
  }
  const series = lines(metrics.render(), 'portcullis_mcp_calls_total')
  expect(series).toHaveLength(1001)
  expect(series.at(-1)).toBe(
    'portcullis_mcp_calls_total{route="other",method="other",target="other",outcome="other"} 2000',
  )
})

test('every line is one of the text format, every metric has HELP and TYPE before its samples', () => {
  const metrics = createMetrics('1')
  metrics.requests.of('main', 'POST', '200').add()
  metrics.requestDuration.of('main').observe(0.2)
  const described = new Set<string>()
  const text = metrics.render()
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.trimEnd().split('\n')) {
    const comment =
      /^# (?:HELP [a-z_]+ .+|TYPE (?<name>[a-z_]+) (?:counter|gauge|histogram))$/.exec(line)
    if (comment !== null) {
      if (comment.groups?.name !== undefined) described.add(comment.groups.name)
      continue
    }
    const sample = /^(?<name>[a-z_]+?)(?:_bucket|_sum|_count)?(?:\{[^}]*\})? [\d.e+-]+$/.exec(line)
    expect(sample, line).not.toBeNull()
    expect(
      [...described].some(name => line.startsWith(name)),
      line,
    ).toBe(true)
  }
})

test('the process is measured', () => {
  const text = createMetrics('1').render()
  const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  expect(value('process_start_time_seconds')).toBeGreaterThan(1.7e9)
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0)
})

test('names are unique and follow the conventions of Prometheus', () => {
  const tables = [COUNTERS, GAUGES, HISTOGRAMS].flatMap(table => Object.values(table))
  const names = [...tables, ...PROCESS_METRICS].map(metric => metric.name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name } of Object.values(COUNTERS)) expect(name).toMatch(/^portcullis_[a-z_]+_total$/)
  for (const { help } of tables) expect(help).toMatch(/\.$/)
})
