import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createLog, type LogSettings } from '../../src/observe/log.ts'

const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'

function capture(settings: Partial<LogSettings> = {}) {
  const written: string[] = []
  const destination = { write: (line: string) => void written.push(line) }
  const log = createLog({ level: 'info', format: 'json', ...settings, destination })
  return { log, written, entries: () => written.map(line => JSON.parse(line) as object) }
}

test('a line is JSON with level, time, fields and message', () => {
  const { log, written, entries } = capture()
  log.warn({ route: 'main', attempts: 3 }, 'Target is slow')
  expect(written[0]).toMatch(/^\{.*\}\n$/)
  expect(entries()).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      route: 'main',
      attempts: 3,
      msg: 'Target is slow',
    },
  ])
})

test('levels filter, and can be changed while running', () => {
  const { log, entries } = capture()
  log.debug({}, 'not seen')
  expect(log.enabled('debug')).toBe(false)
  log.configure({ level: 'debug', format: 'json' })
  log.debug({}, 'seen')
  log.configure({ level: 'silent', format: 'json' })
  log.error({}, 'not seen either')
  expect(entries()).toMatchObject([{ msg: 'seen' }])
})

describe('secrets do not get into the log [OPS-2]', () => {
  const leaks: Readonly<Record<string, object>> = {
    'a Secret': { key: new Secret('hunter2hunter2') },
    'a Secret deep inside': { a: { b: [{ c: new Secret('hunter2hunter2') }] } },
    'a header': { headers: { Authorization: 'hunter2hunter2', cookie: 'a=hunter2hunter2' } },
    'a token by name': { access_token: 'hunter2hunter2', refreshToken: 'hunter2hunter2' },
    'a secret by name': { client_secret: 'hunter2hunter2', 'X-Api-Key': 'hunter2hunter2' },
    'a list of tokens by name': { token: ['hunter2hunter2'] },
    'a Map': { headers: new Map([['authorization', 'hunter2hunter2']]) },
    'a bearer token in a text': { line: 'sent Authorization: Bearer hunter2hunter2' },
    'a JWT in a text': { line: `got ${JWT}!` },
    'a JWT in a URL': { url: new URL(`http://a.example/?x=${JWT}`) },
    'a JWT in an error': { error: new Error(`bad ${JWT}`, { cause: new Error(JWT) }) },
    'a sealed token': { line: 'pcat_hunter2hunter2hunter2' },
    bytes: { body: Buffer.from('hunter2hunter2') },
  }

  test.each(Object.entries(leaks))('%s', (_what, fields) => {
    const { log, written } = capture()
    log.info(fields, 'Something')
    expect(written).toHaveLength(1)
    expect(written[0]).not.toContain('hunter2')
    expect(written[0]).not.toContain(JWT.split('.')[1])
    expect(written[0]).not.toContain(Buffer.from('hunter2hunter2').toString('base64'))
  })

  test('in the message', () => {
    const { log, written } = capture()
    log.info({}, `Refused ${JWT}`)
    expect(written[0]).toContain('"msg":"Refused [redacted]"')
  })
})

test('what only sounds like a secret stays', () => {
  const { log, entries } = capture()
  const fields = { tokenEndpoint: 'https://idp.example/token', tokens: 3, code: 'ECONNREFUSED' }
  log.info(fields, 'x')
  expect(entries()).toMatchObject([fields])
})

test('an error is logged with its code and causes', () => {
  const { log, entries } = capture()
  const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })
  log.error({ error: new TypeError('no answer', { cause }) }, 'Failed')
  expect(entries()).toMatchObject([
    {
      error: {
        type: 'TypeError',
        message: 'no answer',
        stack: expect.stringContaining('log.test.ts'),
        cause: { message: 'connect refused', code: 'ECONNREFUSED' },
      },
    },
  ])
})

test('a circular object ends', () => {
  const { log, entries } = capture()
  const node: Record<string, unknown> = { name: 'a' }
  node.self = node
  log.info({ node }, 'x')
  expect(entries()).toMatchObject([{ node: { name: 'a' } }])
})

describe('text for people', () => {
  test('is one aligned line, with the stack of an error below', () => {
    const { log, written } = capture({ format: 'text' })
    log.info({ route: 'main', note: 'two words' }, 'Ready')
    log.error({ error: new Error('no') }, 'Failed')
    expect(written[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}Ready {2}route=main {2}note="two words"\n$/,
    )
    expect(written[1]).toMatch(/^[\d:.]+ error Failed {2}error=no\n {4}Error: no\n {8}at /)
  })

  test('cannot be forged by control characters', () => {
    const { log, written } = capture({ format: 'text' })
    log.info({ path: '/\u001b[2J\n12:00:00.000 error forged' }, 'a\nb\u009b')
    expect(written[0]?.trimEnd()).not.toMatch(/\p{Cc}/u)
  })
})
