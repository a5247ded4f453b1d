import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Challenge, challenge } from '../../src/auth/challenge.ts'
import type { AuthFailureKind } from '../../src/auth/failure.ts'

const METADATA = 'https://gw.example/.well-known/oauth-protected-resource/mcp'

function build(changes: Partial<Challenge> = {}): string {
  return challenge({ resourceMetadata: METADATA, scopes: [], ...changes })
}

function refusal(kind: AuthFailureKind, detail: string): string {
  return build({ failure: { kind, detail } })
}

function descriptionOf(header: string): string {
  return /error_description="([^"]*)"$/.exec(header)?.[1] ?? ''
}

describe('challenge', () => {
  it('says where to get a token and for what, and no error, when no token was sent [CHAL-2]', () => {
    const expected = `Bearer resource_metadata="${METADATA}", scope="mcp:read mcp:write"`
    const scopes = ['mcp:read', 'mcp:write']
    expect(build({ scopes })).toBe(expected)
    expect(build({ scopes, failure: { kind: 'missing_token', detail: 'x' } })).toBe(expected)
    expect(build()).toBe(`Bearer resource_metadata="${METADATA}"`)
  })

  it('says what was wrong with a token [CHAL-3]', () => {
    expect(refusal('expired', 'the token expired at 2026-07-28T11:00:00Z')).toBe(
      `Bearer resource_metadata="${METADATA}", error="invalid_token", error_description="the token expired at 2026-07-28T11:00:00Z"`,
    )
  })

  it.each([
    ['malformed_request', 'invalid_request'],
    ['wrong_audience', 'invalid_token'],
    ['bad_signature', 'invalid_token'],
  ] as const)('calls %s %s', (kind, code) => {
    expect(refusal(kind, 'x')).toContain(`error="${code}", error_description="x"`)
  })

  it('asks for more scope', () => {
    const failure = { kind: 'insufficient_scope', detail: 'tool delete needs more' } as const
    expect(build({ scopes: ['mcp:admin'], failure })).toBe(
      `Bearer resource_metadata="${METADATA}", scope="mcp:admin", error="insufficient_scope", error_description="tool delete needs more"`,
    )
  })

  it('asks for no refresh token and for no scope twice [CHAL-6]', () => {
    expect(build({ scopes: ['a', 'offline_access', 'a', 'b'] })).toContain('scope="a b"')
    expect(build({ scopes: ['offline_access'] })).not.toContain('scope=')
  })

  it('leaves out scopes that OAuth cannot write', () => {
    expect(build({ scopes: ['ok', 'a b', 'qu"ote', 'back\\slash', 'ümlaut', '', 'a\r\nb'] })).toBe(
      `Bearer resource_metadata="${METADATA}", scope="ok"`,
    )
  })

  it('attack: header injection by configured or claimed values', () => {
    const evil = '", error="x\r\nSet-Cookie: a=b\\'
    const header = build({
      resourceMetadata: `https://gw.example/${evil}`,
      scopes: [evil],
      failure: { kind: 'wrong_audience', detail: `audience is ${evil}` },
    })
    expect(header).toBe(
      `Bearer resource_metadata="https://gw.example/%22,%20error=%22x%0D%0ASet-Cookie:%20a=b%5C", error="invalid_token", error_description="audience is ', error='x?Set-Cookie: a=b/"`,
    )
  })

  it('keeps what was got and what was wanted when it has to shorten [CHAL-4] [CHAL-5]', () => {
    const got = 'https://login.example.com/0123456789/0123456789/0123456789/0123456789/got'
    const wanted = 'https://gateway.example.com/some/very/long/path/that/goes/on/and/on/wanted'
    const text = descriptionOf(
      refusal('wrong_audience', `audience is ${got}, this resource is ${wanted}`),
    )
    expect(text.length).toBeLessThanOrEqual(120)
    expect(text).toMatch(/^audience is https:\/\/login\.\S+got, this resource is https:\S+wanted$/)
  })

  it('cuts what is still too long', () => {
    const text = descriptionOf(refusal('wrong_audience', 'short words '.repeat(40)))
    expect(text).toHaveLength(120)
    expect(text.endsWith('...')).toBe(true)
  })

  it('never leaves its quotes, whatever it is given [CHAL-5]', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 })
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 4 }), text, (url, scopes, detail) => {
        const header = challenge({
          resourceMetadata: url,
          scopes,
          failure: { kind: 'wrong_audience', detail },
        })
        expect(header).toMatch(
          /^Bearer resource_metadata="[\x21\x23-\x5b\x5d-\x7e]*"(, scope="[\x20-\x21\x23-\x5b\x5d-\x7e]+")?, error="invalid_token", error_description="[\x20-\x21\x23-\x5b\x5d-\x7e]{0,120}"$/,
        )
      }),
      { seed: 6750 },
    )
  })
})
