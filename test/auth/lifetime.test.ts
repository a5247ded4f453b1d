import { describe, expect, it } from 'vitest'
import { lifetimeMs } from '../../src/auth/lifetime.ts'

const NOW = Date.UTC(2026, 6, 28)
const TEN_MINUTES = 600_000
const DAY = 86_400_000

describe('lifetime of a key set [KEYS-5]', () => {
  it.each<[string, Record<string, string>, number]>([
    ['nothing', {}, TEN_MINUTES],
    ['max-age', { 'cache-control': 'public, max-age=3600' }, 3_600_000],
    ['max-age in quotes and capitals', { 'cache-control': 'MAX-AGE="120"' }, 120_000],
    ['less than a minute', { 'cache-control': 'max-age=0' }, 60_000],
    ['more than a day', { 'cache-control': 'max-age=99999999' }, DAY],
    ['what Keycloak says', { 'cache-control': 'no-cache' }, TEN_MINUTES],
    ['no-store beside max-age', { 'cache-control': 'max-age=9999, no-store' }, TEN_MINUTES],
    ['another directive', { 'cache-control': 's-maxage=7' }, TEN_MINUTES],
    ['no number', { 'cache-control': 'max-age=soon' }, TEN_MINUTES],
    ['Expires', { expires: new Date(NOW + 7_200_000).toUTCString() }, 7_200_000],
    [
      'Expires by the clock of the provider',
      {
        date: new Date(NOW + 3_600_000).toUTCString(),
        expires: new Date(NOW + 7_200_000).toUTCString(),
      },
      3_600_000,
    ],
    ['Expires in the past', { expires: new Date(NOW - 1000).toUTCString() }, TEN_MINUTES],
    ['Expires: 0', { expires: '0' }, TEN_MINUTES],
    [
      'max-age before Expires',
      { 'cache-control': 'max-age=300', expires: new Date(NOW + DAY).toUTCString() },
      300_000,
    ],
  ])('by %s [KEYS-5]', (_name, headers, expected) => {
    expect(lifetimeMs(headers, NOW)).toBe(expected)
  })
})
