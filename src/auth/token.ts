import { decodeJwt, decodeProtectedHeader } from 'jose'
import { algorithms } from './algorithms.ts'
import { excerpt } from './excerpt.ts'
import type { AuthFailure } from './failure.ts'

/** A JWT taken apart. Nothing in it is true before its signature was verified. */
export type UnverifiedToken = {
  readonly text: string
  readonly alg: string
  readonly kid: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
}

/** Media types that an access token may give itself (RFC 9068 §2.1, RFC 7519 §5.1). */
const ACCESS_TOKEN_TYPES: ReadonlySet<string> = new Set(['at+jwt', 'jwt'])

/** True for what claims to be a signed JWT; anything else only its maker can read. */
export function looksSigned(text: string): boolean {
  if (text.split('.').length !== 3) return false
  try {
    return typeof decodeProtectedHeader(text) === 'object'
  } catch {
    return false
  }
}

/** Reads a JWS in compact serialization (RFC 7515 §7.1) and refuses what no key could make good. */
export function readToken(text: string): UnverifiedToken | AuthFailure {
  const parts = text.split('.').length
  if (parts === 5) return malformed('the token is encrypted (JWE), a signed JWT is wanted')
  if (parts !== 3) return malformed('the token is opaque, a signed JWT is wanted')

  let header: Record<string, unknown>
  let claims: Record<string, unknown>
  try {
    header = decodeProtectedHeader(text) as Record<string, unknown>
    claims = decodeJwt(text)
  } catch {
    return malformed('the token is no JWT: its header and claims are not base64url-coded JSON')
  }
  const { alg, kid, typ } = header
  // RFC 7515 §4.1.11: whoever does not understand an extension has to refuse it, and we know none.
  if (header.crit !== undefined) return malformed('the token asks for extensions ("crit")')
  if (typeof alg !== 'string' || !algorithms.has(alg)) {
    return {
      kind: 'unsupported_algorithm',
      detail: `algorithm is ${excerpt(alg)}, wanted one of ${[...algorithms.keys()].join(' ')}`,
    }
  }
  if (kid !== undefined && typeof kid !== 'string') return malformed('the "kid" is no text')
  if (!isAccessTokenType(typ)) {
    return {
      kind: 'wrong_token_type',
      detail: `the token says it is ${excerpt(typ)}, an access token is wanted`,
    }
  }
  return { text, alg, kid, claims }
}

function isAccessTokenType(typ: unknown): boolean {
  if (typ === undefined) return true
  if (typeof typ !== 'string') return false
  return ACCESS_TOKEN_TYPES.has(typ.toLowerCase().replace(/^application\//, ''))
}

function malformed(detail: string): AuthFailure {
  return { kind: 'malformed_token', detail }
}
