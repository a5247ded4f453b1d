import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createPeerReader } from '../../src/http/forwarded.ts'

function request(
  remoteAddress: string,
  headers: Record<string, string> = {},
  encrypted = false,
): IncomingMessage {
  return { socket: { remoteAddress, encrypted }, headers } as unknown as IncomingMessage
}

describe('without trusted proxies [EDGE-12]', () => {
  const read = createPeerReader([])
  test('what headers claim means nothing [EDGE-12]', () => {
    const claims = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'gw.example',
    }
    expect(read(request('::ffff:10.0.0.7', claims))).toEqual({
      address: '10.0.0.7',
      scheme: 'http',
      host: undefined,
      forwardedFor: '10.0.0.7',
    })
  })
  test('the scheme is the one of the connection', () => {
    expect(read(request('10.0.0.7', {}, true)).scheme).toBe('https')
  })
})

describe('behind trusted proxies', () => {
  const read = createPeerReader(['10.0.0.0/8', 'fd00::/8', '192.0.2.1'])
  test.each([
    ['10.0.0.1', '1.2.3.4', '1.2.3.4', '1.2.3.4, 10.0.0.1'],
    ['::ffff:10.0.0.1', '1.2.3.4', '1.2.3.4', '1.2.3.4, 10.0.0.1'],
    ['fd00::1', '2001:db8::9', '2001:db8::9', '2001:db8::9, fd00::1'],
    ['10.0.0.1', 'forged, 1.2.3.4, 10.9.9.9', '1.2.3.4', '1.2.3.4, 10.9.9.9, 10.0.0.1'],
    ['10.0.0.1', '5.5.5.5, 1.2.3.4', '1.2.3.4', '1.2.3.4, 10.0.0.1'],
    ['10.0.0.1', 'garbage', '10.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1', '10.0.0.1'],
    ['192.0.2.1', '1.2.3.4', '1.2.3.4', '1.2.3.4, 192.0.2.1'],
    ['192.0.2.2', '1.2.3.4', '192.0.2.2', '192.0.2.2'],
  ])('%s with X-Forwarded-For: %s → %s', (connection, claimed, address, forwardedFor) => {
    const peer = read(request(connection, { 'x-forwarded-for': claimed }))
    expect(peer).toMatchObject({ address, forwardedFor })
  })

  test('scheme and host are the ones that the nearest proxy wrote [EDGE-12]', () => {
    const headers = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'forged.example, GW.example',
    }
    expect(read(request('10.0.0.1', headers))).toMatchObject({
      scheme: 'https',
      host: 'gw.example',
    })
    expect(read(request('10.0.0.1', { 'x-forwarded-proto': 'gopher' })).scheme).toBe('http')
  })
})

test('a block that is none is an error', () => {
  expect(() => createPeerReader(['10.0.0.0/99'])).toThrow()
  expect(() => createPeerReader(['proxy.example'])).toThrow()
})
