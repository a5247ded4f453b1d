import { describe, expect, test } from 'vitest'
import { networkOf } from '../../src/policy/network.ts'
import { createBuckets } from '../../src/policy/token-bucket.ts'

const SIZE = { maxTokens: 3, tokensPerFill: 2, fillIntervalMs: 1000 }

describe('token buckets', () => {
  test('are full at first, and filled in steps', () => {
    let now = 0
    const buckets = createBuckets(SIZE, () => now)
    expect([1, 2, 3].map(() => buckets.take('a', 1).remaining)).toEqual([2, 1, 0])
    expect(buckets.take('a', 1)).toEqual({ allowed: false, remaining: 0, waitMs: 1000 })
    now = 999
    expect(buckets.take('a', 1)).toMatchObject({ allowed: false, waitMs: 1 })
    now = 1000
    expect(buckets.take('a', 1)).toEqual({ allowed: true, remaining: 1, waitMs: 1000 })
    now = 100_500
    expect(buckets.take('a', 0).remaining).toBe(3)
    expect(buckets.take('a', 3).remaining).toBe(0)
    expect(buckets.take('a', 3)).toMatchObject({ allowed: false, waitMs: 1500 })
  })

  test('are one for each key', () => {
    const buckets = createBuckets(SIZE, () => 0)
    expect(buckets.take('a', 3).allowed).toBe(true)
    expect(buckets.take('b', 3).allowed).toBe(true)
    expect(buckets.take('a', 1).allowed).toBe(false)
  })

  test('take all or nothing', () => {
    const buckets = createBuckets(SIZE, () => 0)
    expect(buckets.take('a', 4)).toMatchObject({ allowed: false, remaining: 3 })
    expect(buckets.take('a', 3).allowed).toBe(true)
  })

  test('are bounded in number: the one that was used longest ago goes', () => {
    const buckets = createBuckets(SIZE, () => 0, 2)
    buckets.take('a', 3)
    buckets.take('b', 3)
    buckets.take('a', 0)
    buckets.take('c', 3)
    expect(buckets.take('a', 1).allowed).toBe(false)
    expect(buckets.take('b', 1).allowed).toBe(true)
  })

  test('a clock that goes back takes nothing away', () => {
    let now = 10_000
    const buckets = createBuckets(SIZE, () => now)
    buckets.take('a', 1)
    now = 0
    expect(buckets.take('a', 1)).toMatchObject({ allowed: true, remaining: 1 })
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['alice', 'alice'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
