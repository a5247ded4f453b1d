import { describe, expect, test } from 'vitest'
import { type RequestHeaderRules, requestHeaders, responseHeaders } from '../../src/http/headers.ts'

function build(
  pairs: [string, string][],
  rules: Partial<RequestHeaderRules> = {},
  set: string[] = [],
) {
  const headers: Record<string, string> = {}
  for (const [name, value] of pairs) headers[name.toLowerCase()] = value
  return requestHeaders({ authorization: 'drop', ...rules })(
    { rawHeaders: pairs.flat(), headers },
    set,
  )
}

describe('to a backend [EDGE-9]', () => {
  test.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'HTTP2-Settings',
    'Host',
    'Content-Length',
    'Expect',
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'X-Forwarded-Host',
    'X-Forwarded-Port',
    'X-Forwarded-Prefix',
    'X-Real-IP',
    'Authorization',
    'X_Forwarded_For',
    'Transfer_Encoding',
    'x-forwarded_proto',
  ])('%s does not go on', name => {
    expect(
      build([
        [name, 'x'],
        ['Accept', 'a'],
      ]),
    ).toEqual(['Accept', 'a'])
  })

  test('nor does what Connection names [EDGE-9]', () => {
    const pairs: [string, string][] = [
      ['X-Hop', '1'],
      ['Connection', 'close, x-HOP'],
      ['X-Stay', '2'],
    ]
    expect(build(pairs)).toEqual(['X-Stay', '2'])
  })

  test('order, spelling and repetition of everything else stay', () => {
    const pairs: [string, string][] = [
      ['mcp-SESSION-id', 'a'],
      ['Accept', 'b'],
      ['accept', 'c'],
    ]
    expect(build(pairs)).toEqual(pairs.flat())
  })

  test('Authorization goes on only where the caller said so', () => {
    expect(build([['Authorization', 'Bearer x']], { authorization: 'keep' })).toEqual([
      'Authorization',
      'Bearer x',
    ])
  })

  test('cookies of the gateway and of the credential are cut out', () => {
    const cookie = 'a=1; __Host-portcullis-state=x; tok=secret;portcullis_state=y; b=2'
    expect(build([['Cookie', cookie]], { dropCookie: 'tok' })).toEqual(['Cookie', 'a=1; b=2'])
    expect(build([['Cookie', 'portcullis-state=x']])).toEqual([])
    expect(build([['Cookie', 'a=1;b=2']])).toEqual(['Cookie', 'a=1;b=2'])
  })

  test('what is set comes after, and the modifier has the last word', () => {
    const modifier = {
      set: [['X-Set', 'new']] as const,
      add: [['X-Add', 'more']] as const,
      remove: ['x-gone'],
    }
    const pairs: [string, string][] = [
      ['x-set', 'old'],
      ['X-Add', 'one'],
      ['X-Gone', '1'],
    ]
    expect(build(pairs, { modifier }, ['x-forwarded-for', '1.2.3.4'])).toEqual([
      'X-Add',
      'one',
      'x-forwarded-for',
      '1.2.3.4',
      'X-Set',
      'new',
      'X-Add',
      'more',
    ])
  })

  test('a modifier cannot smuggle a line break', () => {
    const modifier = (name: string, value: string) => ({
      set: [[name, value]] as const,
      add: [],
      remove: [],
    })
    expect(() => build([], { modifier: modifier('X', 'a\r\nEvil: 1') })).toThrow()
    expect(() => build([], { modifier: modifier('X: 1\r\nY', 'a') })).toThrow()
    expect(() => build([], { modifier: modifier('X', 'a\0') })).toThrow()
  })
})

describe('to the client', () => {
  test('hop-by-hop fields stay behind, repeated fields stay repeated [EDGE-9]', () => {
    const headers = {
      connection: 'x-hop',
      'x-hop': '1',
      'keep-alive': 'timeout=5',
      'transfer-encoding': 'chunked',
      'set-cookie': ['a=1', 'b=2'],
      'content-type': 'text/plain',
      'content-length': '3',
    }
    expect(responseHeaders(undefined)(200, headers, ['x-add', '1'])).toEqual([
      'set-cookie',
      'a=1',
      'set-cookie',
      'b=2',
      'content-type',
      'text/plain',
      'content-length',
      '3',
      'x-add',
      '1',
    ])
  })

  test('a 204 has no Content-Length', () => {
    expect(responseHeaders(undefined)(204, { 'content-length': '0' }, [])).toEqual([])
  })

  test('the modifier and more names to drop', () => {
    const modifier = {
      set: [['Server', 'us']] as const,
      add: [['X', '2']] as const,
      remove: ['x-powered-by'],
    }
    const headers = {
      server: 'them',
      x: '1',
      'x-powered-by': 'y',
      'access-control-allow-origin': '*',
    }
    expect(responseHeaders(modifier, ['access-control-allow-origin'])(200, headers, [])).toEqual([
      'x',
      '1',
      'Server',
      'us',
      'X',
      '2',
    ])
  })
})
