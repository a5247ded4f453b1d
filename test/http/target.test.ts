import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { requestTarget } from '../../src/http/target.ts'

function target(
  url: string,
  hosts: string[] = ['gw.example'],
  { method = 'GET', httpVersion = '1.1' } = {},
) {
  const rawHeaders = hosts.flatMap(host => ['Host', host])
  const headers = { host: hosts[0] }
  return requestTarget({ url, method, httpVersion, rawHeaders, headers } as IncomingMessage)
}

describe('what is read', () => {
  test.each([
    [
      '/mcp?a=1?b',
      'gw.example',
      { host: 'gw.example', authority: 'gw.example', path: '/mcp', query: 'a=1?b' },
    ],
    [
      '/',
      'GW.Example:3000',
      { host: 'gw.example', authority: 'gw.example:3000', path: '/', query: '' },
    ],
    [
      '/',
      'gw.example.:80',
      { host: 'gw.example', authority: 'gw.example:80', path: '/', query: '' },
    ],
    ['/', '[::1]:3000', { host: '[::1]', authority: '[::1]:3000', path: '/', query: '' }],
    ['/a/../b?x=/../', 'h', { host: 'h', authority: 'h', path: '/b', query: 'x=/../' }],
    [
      'http://GW.example/mcp?q',
      'gw.example',
      { host: 'gw.example', authority: 'gw.example', path: '/mcp', query: 'q' },
    ],
    [
      'http://gw.example',
      'gw.example',
      { host: 'gw.example', authority: 'gw.example', path: '/', query: '' },
    ],
    [
      'http://gw.example?q',
      'gw.example',
      { host: 'gw.example', authority: 'gw.example', path: '/', query: 'q' },
    ],
  ])('%s with Host %s', (url, host, expected) => {
    expect(target(url, [host])).toEqual(expected)
  })

  test('OPTIONS *', () => {
    expect(target('*', ['h'], { method: 'OPTIONS' })).toMatchObject({ path: '*' })
  })

  test('HTTP/1.0 without Host', () => {
    expect(target('/', [], { httpVersion: '1.0' })).toMatchObject({ host: '', authority: '' })
  })
})

describe('what is refused with a sentence', () => {
  test.each([
    ['no Host', '/', []],
    ['two Hosts', '/', ['a.example', 'b.example']],
    ['twice the same Host', '/', ['a.example', 'a.example']],
    ['an empty Host', '/', ['']],
    ['user information', '/', ['user@gw.example']],
    ['user information with password', '/', ['user:pw@gw.example']],
    ['a path in Host', '/', ['gw.example/evil']],
    ['a list in Host', '/', ['gw.example,evil.example']],
    ['a space in Host', '/', ['gw.example evil']],
    ['a port that is none', '/', ['gw.example:http']],
    ['a very long Host', '/', [`${'a.'.repeat(200)}example`]],
    ['another host in the target', 'http://evil.example/mcp', ['gw.example']],
    ['another port in the target', 'http://gw.example:81/mcp', ['gw.example']],
    ['user information in the target', 'http://u@gw.example/mcp', ['gw.example']],
    ['a target of another scheme', 'ftp://gw.example/', ['gw.example']],
    ['authority form', 'gw.example:443', ['gw.example']],
    ['GET *', '*', ['gw.example']],
    ['a fragment', '/mcp#x', ['gw.example']],
    ['a broken escape', '/mc%zzp', ['gw.example']],
    ['a cut escape', '/mcp%2', ['gw.example']],
  ])('%s', (_name, url, hosts) => {
    expect(typeof target(url, hosts)).toBe('string')
  })
})
