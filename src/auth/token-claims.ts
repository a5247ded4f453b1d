import type { TokenIssuer } from '../config/snapshot.ts'
import { audienceClaim, audiencesOf, hasAudience } from '../providers/audience.ts'
import { claimAt } from '../providers/claim.ts'
import { excerpt } from './excerpt.ts'
import type { AuthFailure, AuthFailureKind } from './failure.ts'

export type Claims = Readonly<Record<string, unknown>>

/** What the claims of a token are measured against. */
export type Expectation = {
  readonly issuer: TokenIssuer
  /** Claims that have to be there. */
  readonly required: readonly string[]
  /** The resource that is asked for: the audience where the issuer has none configured. */
  readonly resource: string
  /** False when the audience was proven in another way, by a seal. */
  readonly checkAudience: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How far the clocks of provider and gateway may be apart. */
export const LEEWAY_SECONDS = 30
/** The end of the year 9999: a larger number is milliseconds where seconds are wanted. */
const MAX_NUMERIC_DATE = 253_402_300_799

type Check = (claims: Claims, expected: Expectation) => AuthFailure | undefined

/**
 * Checks the claims of a token whose signature is good (RFC 7519 §4.1, RFC 9068 §4). The issuer is not
 * checked here: it chose the key. Not looked at either: `iat`, `jti`, `cnf`.
 *
 * @returns what is wrong first, or undefined
 */
export function checkClaims(claims: Claims, expected: Expectation): AuthFailure | undefined {
  for (const check of checks) {
    const failure = check(claims, expected)
    if (failure !== undefined) return failure
  }
  return undefined
}

const checks: readonly Check[] = [
  numericDates,
  expiry,
  notBefore,
  refusedMarks,
  requiredMarks,
  audience,
  requiredClaims,
]

function numericDates(claims: Claims): AuthFailure | undefined {
  for (const name of ['exp', 'nbf']) {
    const value = claims[name]
    if (value === undefined) continue
    if (typeof value !== 'number' || !(value >= 0 && value <= MAX_NUMERIC_DATE)) {
      return fail(
        'malformed_token',
        `claim ${name} is ${excerpt(value)}, wanted seconds since 1970`,
      )
    }
  }
  return undefined
}

function expiry({ exp }: Claims, { now }: Expectation): AuthFailure | undefined {
  return typeof exp === 'number' && now / 1000 >= exp + LEEWAY_SECONDS
    ? fail('expired', `the token expired at ${isoTime(exp)}`)
    : undefined
}

function notBefore({ nbf }: Claims, { now }: Expectation): AuthFailure | undefined {
  return typeof nbf === 'number' && now / 1000 < nbf - LEEWAY_SECONDS
    ? fail('not_yet_valid', `the token is not valid before ${isoTime(nbf)}`)
    : undefined
}

/** What gives an ID token, a refresh token or a logout token of this provider away. */
function refusedMarks(claims: Claims, { issuer }: Expectation): AuthFailure | undefined {
  for (const [name, values] of Object.entries(issuer.profile.tokens.refuse)) {
    const value = claimAt(claims, name)
    if (value === undefined) continue
    if (values === true || values.includes(String(value))) {
      const mark = values === true ? `has the claim ${name}` : `has ${name} ${excerpt(value)}`
      return fail('wrong_token_type', `the token ${mark}: it is no access token`)
    }
  }
  return undefined
}

function requiredMarks(claims: Claims, { issuer }: Expectation): AuthFailure | undefined {
  for (const [name, values] of Object.entries(issuer.profile.tokens.require)) {
    const value = claimAt(claims, name)
    if (!values.includes(String(value))) {
      const wanted = values.join(' or ')
      return fail('wrong_token_type', `claim ${name} is ${excerpt(value)}, wanted ${wanted}`)
    }
  }
  return undefined
}

function audience(
  claims: Claims,
  { issuer, resource, checkAudience }: Expectation,
): AuthFailure | undefined {
  if (!checkAudience || issuer.anyAudience) return undefined
  const claim = audienceClaim(claims, issuer.profile.claims)
  const wanted = issuer.audiences.length > 0 ? issuer.audiences : [resource]
  if (hasAudience(claim, wanted)) return undefined

  const got = audiencesOf(claim)
  const is = got.length > 0 ? `audience is ${excerpt(got)}` : 'the token has no audience (aud)'
  const own = wanted.length === 1 && wanted[0] === resource ? 'this resource is' : 'wanted'
  return {
    kind: 'wrong_audience',
    detail: `${is}, ${own} ${excerpt(wanted.join(' or '))}`,
    // Of this issuer, where several are trusted.
    hint: issuer.profile.hints.audience,
  }
}

function requiredClaims(claims: Claims, { required }: Expectation): AuthFailure | undefined {
  const missing = required.find(name => claimAt(claims, name) === undefined)
  return missing === undefined
    ? undefined
    : fail('missing_claim', `the token has no claim ${missing}`)
}

function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}

function fail(kind: AuthFailureKind, detail: string): AuthFailure {
  return { kind, detail }
}
