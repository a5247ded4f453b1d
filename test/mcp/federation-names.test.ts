import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  joinName,
  joinTask,
  joinUri,
  namingOf,
  splitName,
  splitTask,
  splitUri,
} from '../../src/mcp/federation/names.ts'
import { namedTarget } from './target-names.ts'

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.webUrl(),
  fc.string().map(rest => `ui://${rest}`),
  fc.constantFrom('', '_', '+', 'ui://', 'ui:/', 'a_b', 'x+y', 'ui://a+b', 'file:///x', 'UI://x'),
)

describe.each([
  ['names', joinName, splitName],
  ['URIs', joinUri, splitUri],
  ['tasks', joinTask, splitTask],
] as const)('%s', (_what, join, split) => {
  test('are taken apart into what they were joined from, whatever they are [FED-1]', () => {
    fc.assert(
      fc.property(namedTarget, anything, (target, name) => {
        expect(split(join(target, name))).toEqual({ target, name })
      }),
    )
  })

  test('of two targets never meet [FED-1]', () => {
    fc.assert(
      fc.property(namedTarget, namedTarget, anything, anything, (a, b, x, y) => {
        fc.pre(a !== b || x !== y)
        expect(join(a, x)).not.toBe(join(b, y))
      }),
    )
  })
})

test.each([
  ['file:///x', 'a+file:///x'],
  ['ui://app/main', 'ui://a+app/main'],
  ['memo://days/{day}', 'a+memo://days/{day}'],
])('the URI %s of target a is %s', (uri, wanted) => {
  expect(joinUri('a', uri)).toBe(wanted)
})

test.each(['', 'plain', '_x', '+x', 'ui://', 'ui://+x', 'file:///x'])(
  '%j names no target',
  name => {
    expect([splitName(name), splitUri(name)]).toEqual([undefined, undefined])
  },
)

test.each([
  ['always', 1, { names: true, uris: true }],
  ['conditional', 1, { names: false, uris: false }],
  ['never', 1, { names: false, uris: false }],
  ['always', 2, { names: true, uris: true }],
  ['conditional', 2, { names: true, uris: true }],
  ['never', 2, { names: false, uris: true }],
] as const)('prefixMode %s with %i targets: %j', (mode, targets, wanted) => {
  expect(namingOf(mode, targets)).toEqual(wanted)
})
