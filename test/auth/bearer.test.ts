import type { IncomingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTokenReader, MAX_TOKEN_LENGTH, tokenProblem } from '../../src/auth/bearer.ts'
import { isFailure } from '../../src/auth/failure.ts'
import type { TokenLocation } from '../../src/config/snapshot.ts'
import { createGate, type Gate, issuerOf, outcomeOf } from './gate.ts'
import { createSigner } from './provider.ts'

/** The token, `none`, or the kind of failure. */
function read(
  location: TokenLocation,
  headers: Record<string, string | string[]>,
  query = '',
): string {
  const token = createTokenReader(location)({ headers: headers as IncomingHttpHeaders, query })
  if (token === undefined) return 'none'
  if (typeof token !== 'string') return token.kind
  return tokenProblem(token)?.kind ?? token
}

describe('token in a header', () => {
  const bearer: TokenLocation = { kind: 'header', name: 'Authorization', prefix: 'Bearer ' }

  it.each<[string | string[], string]>([
    ['Bearer a.b-c_d~e+f/g==', 'a.b-c_d~e+f/g=='],
    ['bearer abc', 'abc'],
    ['BEARER abc', 'abc'],
    ['Bearer    abc', 'abc'],
    ['Bearer', 'none'],
    ['Bearer ', 'none'],
    ['', 'none'],
    ['Basic abc', 'none'],
    ['BearerX abc', 'none'],
    ['abc', 'none'],
    ['Bearer a b', 'malformed_request'],
    ['Bearer a, Bearer b', 'malformed_request'],
    ['Bearer a,b', 'malformed_request'],
    ['Bearer\tabc', 'malformed_request'],
    ['Bearer abc\t', 'malformed_request'],
    [['Bearer a', 'Bearer b'], 'malformed_request'],
    ['Bearer "abc"', 'malformed_token'],
    ['Bearer a=b', 'malformed_token'],
    ['Bearer äbc', 'malformed_token'],
    ['Bearer a\u0000b', 'malformed_token'],
    ['Bearer <script>', 'malformed_token'],
  ])('%j gives %s [TOKEN-13]', (value, expected) => {
    expect(read(bearer, { authorization: value })).toBe(expected)
  })

  it('is never taken from the query, a cookie or another header [TOKEN-14]', () => {
    const elsewhere = { cookie: 'access_token=abc', 'x-token': 'Bearer abc' }
    expect(read(bearer, elsewhere, 'access_token=abc')).toBe('none')
  })

  it('is refused unread when it is long [TOKEN-12]', () => {
    const longest = 'a'.repeat(MAX_TOKEN_LENGTH)
    expect(read(bearer, { authorization: `Bearer ${longest}` })).toBe(longest)
    expect(read(bearer, { authorization: `Bearer ${longest}a` })).toBe('malformed_token')
  })

  it('may have another name and prefix', () => {
    const key: TokenLocation = { kind: 'header', name: 'X-Key', prefix: '' }
    expect(read(key, { 'x-key': 'abc' })).toBe('abc')
    const literal: TokenLocation = { kind: 'header', name: 'x-key', prefix: 'key=' }
    expect(read(literal, { 'x-key': 'key=abc' })).toBe('abc')
    expect(read(literal, { 'x-key': 'abc' })).toBe('none')
  })
})

describe('token in the query or a cookie, where the configuration says so', () => {
  const query: TokenLocation = { kind: 'query', name: 'access_token' }
  const cookie: TokenLocation = { kind: 'cookie', name: 'token' }

  it.each([
    ['access_token=abc&x=1', 'abc'],
    ['?access_token=a%2Bb', 'a+b'],
    ['x=1', 'none'],
    ['access_token=', 'none'],
    ['access_token=a&access_token=b', 'malformed_request'],
    ['access_token=a%20b', 'malformed_request'],
    ['access_token=%FF%00', 'malformed_token'],
  ])('query %s gives %s', (text, expected) => {
    expect(read(query, { authorization: 'Bearer other' }, text)).toBe(expected)
  })

  it.each([
    ['token=abc', 'abc'],
    ['a=1; token="abc"; b=2', 'abc'],
    ['xtoken=abc; token2=abc', 'none'],
    ['token=a; token=b', 'malformed_request'],
  ])('cookie %s gives %s', (text, expected) => {
    expect(read(cookie, { cookie: text })).toBe(expected)
  })
})

describe('arbitrary credentials', () => {
  let gate: Gate

  beforeAll(async () => {
    const { jwk } = await createSigner('ES256', 'one')
    const keys = { kind: 'inline', jwks: { keys: [jwk] } } as const
    gate = createGate([issuerOf('https://idp.example', keys)])
  })
  afterAll(() => gate.close())

  const part = fc.oneof(
    fc.json().map(text => Buffer.from(text).toString('base64url')),
    fc
      .record(
        {
          alg: fc.constantFrom('none', 'HS256', 'RS256', 'ES256', 'EdDSA', '__proto__', 'toString'),
          kid: fc.constantFrom('one', 'two', '__proto__', 7, null),
          typ: fc.constantFrom('JWT', 'at+jwt', 'x', 1),
          iss: fc.constantFrom('https://idp.example', 'x', 1, null),
          crit: fc.constantFrom([], ['b64'], null),
        },
        { requiredKeys: [] },
      )
      .map(value => Buffer.from(JSON.stringify(value)).toString('base64url')),
    fc.string(),
    fc.base64String(),
  )
  const credential = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(part, part, part).map(parts => `Bearer ${parts.join('.')}`),
    fc.array(part, { maxLength: 6 }).map(parts => `bearer ${parts.join('.')}`),
    fc.string().map(text => `Bearer pcat_${text}`),
    fc.base64String({ maxLength: 3000 }).map(text => `Bearer pcat_${text}`),
    fc.array(fc.string(), { maxLength: 3 }),
  )

  it('never throw and never authenticate [TOKEN-12]', async () => {
    await fc.assert(
      fc.asyncProperty(credential, async value => {
        const answer = await gate.sendHeader(value)
        expect(isFailure(answer), outcomeOf(answer)).toBe(true)
      }),
      { numRuns: 1000, seed: 6750 },
    )
  })
})
