import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { carelessReading, normalPath } from '../../src/http/path.ts'

describe('normal form (RFC 3986 §6.2.2)', () => {
  test.each([
    ['/mcp', '/mcp'],
    ['/%6Dcp', '/mcp'],
    ['/%7euser', '/~user'],
    ['/caf%c3%a9', '/caf%C3%A9'],
    ['/a%2fb', '/a%2Fb'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/b/..', '/a/'],
    ['/a/b/.', '/a/b/'],
    ['/../../b', '/b'],
    ['/%2e%2e/b', '/b'],
    ['/a/%2E%2e/%2e/b', '/b'],
    ['/..', '/'],
    ['/a//b', '/a//b'],
    ['/a/..//b', '//b'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a/...', '/a/...'],
    ['/a..b/.c', '/a..b/.c'],
    ['*', '*'],
  ])('%s → %s', (path, normal) => {
    expect(normalPath(path)).toBe(normal)
  })

  test('doing it twice changes nothing', () => {
    const part = fc.constantFrom('/', '.', '..', 'a', '%2e', '%2F', '%41', '//', ';x', '%c3')
    fc.assert(
      fc.property(fc.array(part), parts => {
        const once = normalPath(`/${parts.join('')}`)
        expect(normalPath(once)).toBe(once)
      }),
      { seed: 7 },
    )
  })
})

describe('how a careless server might read it', () => {
  test.each([
    ['/mcp', undefined],
    ['/caf%C3%A9', undefined],
    ['//mcp', '/mcp'],
    ['/a%2Fb', '/a/b'],
    ['/a%5Cb', '/a/b'],
    ['/a\\b', '/a/b'],
    ['/public/..;/admin', '/admin'],
    ['/public/..%2Fadmin', '/admin'],
    ['/admin;v=1/x', '/admin/x'],
  ])('%s → %s', (path, reading) => {
    expect(carelessReading(path)).toBe(reading)
  })
})
