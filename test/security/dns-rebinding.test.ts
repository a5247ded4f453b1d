import { describe, expect, test } from 'vitest'
import { hostAllowed, originAllowed } from '../../src/http/origin.ts'
import { route } from '../http/snapshots.ts'

function target(authority: string) {
  return { authority, host: authority.replace(/:\d+$/, '') }
}

describe('a name that an attacker points at the loopback address [EDGE-5]', () => {
  const allowedHosts = ['localhost', '127.0.0.1', '::1', '*.internal', 'gw.example:8443']
  test.each([
    ['localhost:3000', true],
    ['127.0.0.1', true],
    ['[::1]:3000', true],
    ['a.internal', true],
    ['gw.example:8443', true],
    ['gw.example', false],
    ['internal', false],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['', false],
  ])('Host %s: %s', (authority, expected) => {
    expect(hostAllowed({ allowedHosts }, target(authority))).toBe(expected)
  })

  test('without a list every host is let in', () => {
    expect(hostAllowed({ allowedHosts: undefined }, target('any.example'))).toBe(true)
  })
})

describe('a page of another origin [EDGE-6]', () => {
  const cors = {
    allowOrigins: ['https://app.example'],
    allowMethods: [],
    allowHeaders: [],
    exposeHeaders: [],
    allowCredentials: false,
    maxAgeSeconds: undefined,
  }
  const guarded = route({ publicOrigins: ['https://gw.example'], cors })
  test.each([
    [undefined, 'gw.example', true],
    ['https://gw.example', 'gw.example', true],
    ['https://app.example', 'gw.example', true],
    ['http://gw.example', 'gw.example', false],
    ['https://evil.example', 'gw.example', false],
    ['https://evil.example', 'evil.example', false],
    ['null', 'gw.example', false],
    ['', 'gw.example', false],
    ['http://localhost:3000', 'localhost:3000', true],
    ['http://127.0.0.1:3000', '127.0.0.1:3000', true],
    ['http://[::1]:3000', '[::1]:3000', true],
    ['http://localhost:8080', 'localhost:3000', false],
    ['http://rebound.evil:3000', 'rebound.evil:3000', false],
    ['https://app.example, https://evil.example', 'gw.example', false],
  ])('Origin %s to %s: %s', (origin, authority, expected) => {
    expect(originAllowed(origin, target(authority), guarded)).toBe(expected)
  })

  test('* in the policy lets every page in', () => {
    const open = route({ cors: { ...cors, allowOrigins: ['*'] } })
    expect(originAllowed('https://any.example', target('gw.example'), open)).toBe(true)
  })
})
