import { expect, test } from 'vitest'
import { nearest } from '../../src/config/nearest.ts'

const known = ['audiences', 'issuer', 'jwks', 'mode', 'provider', 'clientId', 'clear_env']

test.each([
  ['audience', 'audiences'],
  ['isuser', 'issuer'],
  ['Issuer', 'issuer'],
  ['client_id', 'clientId'],
  ['clearEnv', 'clear_env'],
  ['jwsk', 'jwks'],
  ['zebra', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
])('%s: %s', (word, candidate) => {
  expect(nearest(word, known)).toBe(candidate)
})
