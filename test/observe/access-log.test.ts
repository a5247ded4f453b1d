import { describe, expect, test } from 'vitest'
import { type AccessEntry, createAccessLog } from '../../src/observe/access-log.ts'
import { createLog, type LogSettings } from '../../src/observe/log.ts'

const ENTRY: AccessEntry = {
  address: '127.0.0.1',
  method: 'POST',
  path: '/mcp',
  status: 200,
  route: 'main',
  subject: 'alice',
  client: 'client-1',
  mcp: 'tools/call',
  name: 'echo',
  target: 'sample',
  era: 'legacy',
  session: 'a1b2c3',
  reason: undefined,
  durationMs: 12.3456,
  bytes: 512,
}

function capture(level: LogSettings['level'] = 'info') {
  const written: string[] = []
  const log = createLog({
    level,
    format: 'json',
    destination: { write: line => written.push(line) },
  })
  const access = createAccessLog(log, () => Date.UTC(2026, 6, 28, 12, 0, 5, 7))
  return { access, written, log }
}

test('one line of JSON says who called what, and how it went [OPS-1]', () => {
  const { access, written } = capture()
  access.write(ENTRY)
  expect(written).toHaveLength(1)
  const { reason: _none, ...members } = ENTRY
  expect(JSON.parse(written[0]!)).toEqual({
    level: 'info',
    time: '2026-07-28T12:00:05.007Z',
    ...members,
    durationMs: 12.35,
    msg: 'request',
  })
})

test('it reads like the lines of the log', () => {
  const { access, written, log } = capture()
  log.configure({ level: 'info', format: 'text' })
  access.write({ ...ENTRY, reason: 'expired', status: 401 })
  expect(written[0]).toMatch(
    /^12:00:05\.007 info {2}request {2}address=127\.0\.0\.1 .*status=401.*reason=expired/,
  )
})

test('nothing is written below level info', () => {
  const { access, written } = capture('warn')
  expect(access.enabled()).toBe(false)
  access.write(ENTRY)
  expect(written).toEqual([])
})

describe('what strangers choose cannot break the line', () => {
  test.each([
    ['quotes and backslashes', 'a"b\\c'],
    ['line ends', 'a\r\n{"level":"error"}'],
    ['control characters', '\u0000\u001b[31m'],
    ['text of the world', 'Grüße 🚪 \u2028'],
    ['half a character', '\ud83d'],
  ])('%s', (_what, name) => {
    const { access, written } = capture()
    access.write({ ...ENTRY, name })
    expect(written[0]?.indexOf('\n')).toBe(written[0]!.length - 1)
    expect(JSON.parse(written[0]!)).toMatchObject({ name })
  })

  test('length', () => {
    const { access, written } = capture()
    access.write({ ...ENTRY, path: `/${'x'.repeat(100_000)}` })
    expect(written[0]!.length).toBeLessThan(1000)
  })
})
