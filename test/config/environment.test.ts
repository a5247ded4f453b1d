import { describe, expect, test } from 'vitest'
import { expand } from '../../src/config/environment.ts'
import { firstRoute, mcpOf, messages, snapshotOf } from './read.ts'

const environment = { A: 'a', EMPTY: '', TRICKY: '$A: {b}\n- c' }

describe('variables', () => {
  const rows: readonly (readonly [written: string, value: string])[] = [
    ['plain', 'plain'],
    ['$A', 'a'],
    ['x$A.y', 'xa.y'],
    [`\${A}b`, 'ab'],
    [`\${NONE:-d:e-f}`, 'd:e-f'],
    [`\${NONE:-}`, ''],
    [`\${EMPTY:-d}`, 'd'],
    ['$EMPTY', ''],
    ['$$A', '$A'],
    ['$$$A', '$a'],
    ['^/v1$', '^/v1$'],
    ['cost: $5', 'cost: $5'],
    ['$TRICKY', environment.TRICKY],
  ]
  test.each(rows)('%j is %j', (written, value) => {
    expect(expand(written, environment)).toEqual({ value, missing: [], malformed: false })
  })

  test('that are not set are named', () => {
    expect(expand(`$B \${C}`, environment).missing).toEqual(['B', 'C'])
  })

  test('are never taken from the prototype', () => {
    expect(expand('$constructor', environment).missing).toEqual(['constructor'])
  })

  test.each([`\${`, `\${A`, `\${9}`, `\${A-b}`])('%j is malformed', written => {
    expect(expand(written, environment).malformed).toBe(true)
  })
})

test('a value can never change the structure [CFG-7]', () => {
  const text = "mcp: {targets: [{name: a, stdio: {cmd: x, env: {T: $TRICKY}}}], port: '$PORT'}"
  const given = { environment: { ...environment, PORT: '8080' } }
  const { transport } = mcpOf(firstRoute(snapshotOf(text, given))).targets[0] ?? {}
  expect(transport).toMatchObject({ env: { T: environment.TRICKY } })
  expect(snapshotOf(text, given).binds[0]?.port).toBe(8080)
})

test('a missing variable or file is an error [CFG-8]', () => {
  const key = (source: string) => `config: {session: {key: ${source}}}\nmcp: {targets: []}`
  expect(messages('error', key('$SECRET_KEY'))).toEqual([
    'the environment variable SECRET_KEY is not set',
  ])
  expect(messages('error', key('{file: /run/key}'))).toContain(
    'cannot read the file /run/key: it does not exist',
  )
})
