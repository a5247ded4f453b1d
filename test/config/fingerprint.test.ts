import { expect, test } from 'vitest'
import { fingerprint } from '../../src/config/fingerprint.ts'
import { Secret } from '../../src/config/secret.ts'

const at = (line: number) => ({ source: 'c.yaml', line, column: 1 })

test('is the same for the same content, wherever it was written', () => {
  const one = { a: [1, { b: 'x' }], c: undefined, origin: at(1), key: new Secret('s') }
  const other = { key: new Secret('s'), origin: at(9), a: [1, { b: 'x' }] }
  expect(fingerprint(one)).toBe(fingerprint(other))
})

test.each<readonly [unknown, unknown]>([
  [{ a: 1 }, { a: '1' }],
  [{ a: [1, 2] }, { a: [2, 1] }],
  [{ a: undefined }, { a: null }],
  [{ key: new Secret('s') }, { key: new Secret('t') }],
  [{ origin: 'http://a' }, { origin: 'http://b' }],
  [['ab'], ['a', 'b']],
])('differs for %j and %j', (one, other) => {
  expect(fingerprint(one)).not.toBe(fingerprint(other))
})
