import type { TokenIssuer } from '../config/snapshot.ts'
import { acceptsIssuer } from '../providers/issuer.ts'
import { excerpt } from './excerpt.ts'
import { type AuthFailure, isFailure } from './failure.ts'
import type { VerificationKey } from './key-set.ts'
import { verifySignature } from './signature.ts'
import { looksSigned, readToken } from './token.ts'
import { type Claims, checkClaims, type Expectation } from './token-claims.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'

/** A token that passed every check. */
export type VerifiedToken = {
  readonly claims: Claims
  readonly by: TrustedIssuer
  /** That it was signed with; undefined: the provider was asked about it. */
  readonly key: VerificationKey | undefined
}

/** What the token is measured against; the issuer is the one that it names, or its seal. */
export type TokenExpectation = Omit<Expectation, 'issuer'> & {
  /** Issuer that the seal around the token names; undefined: it comes without one. */
  readonly sealedBy: string | undefined
}

/** Verifies an access token: a JWT by its signature, any other by asking the provider. */
export async function verifyToken(
  text: string,
  trusted: readonly TrustedIssuer[],
  expected: TokenExpectation,
): Promise<VerifiedToken | AuthFailure> {
  const asked = trusted.find(by => isAskedAbout(text, by, expected.sealedBy))
  return asked === undefined
    ? verifySigned(text, trusted, expected)
    : verifyOpaque(text, asked, expected)
}

/**
 * A token that only its maker can read does not say whose it is. With a seal the seal does; without,
 * the one issuer that the configuration lets be asked is.
 */
function isAskedAbout(text: string, by: TrustedIssuer, sealedBy: string | undefined): boolean {
  const { introspector, issuer } = by
  if (introspector === undefined) return false
  if (issuer.profile.tokens.kind === 'jwt' && looksSigned(text)) return false
  return sealedBy === undefined ? introspector.bareTokens : sealedBy === issuer.issuer
}

/** Asks the provider, and checks what it answers like the claims of a JWT. */
async function verifyOpaque(
  text: string,
  by: TrustedIssuer,
  expected: TokenExpectation,
): Promise<VerifiedToken | AuthFailure> {
  const claims = (await by.introspector?.ask(text)) ?? {}
  if (isFailure(claims)) return claims
  // RFC 7662 §2.2: `exp` is optional, because the answer itself says that the token is good now.
  const required = expected.required.filter(name => name !== 'exp')
  const failure = checkClaims(claims, { ...expected, required, issuer: by.issuer })
  return failure ?? { claims, by, key: undefined }
}

/**
 * Verifies a JWT access token: RFC 9068 §4 without its insistence on `typ: at+jwt`, which most
 * providers do not write, under the rules of RFC 8725. The unverified `iss` does no more than choose
 * whose keys are asked.
 *
 * @returns the claims, or why the token is refused; of several issuers of one name, the first refusal
 */
async function verifySigned(
  text: string,
  trusted: readonly TrustedIssuer[],
  expected: TokenExpectation,
): Promise<VerifiedToken | AuthFailure> {
  const token = readToken(text)
  if (isFailure(token)) return token

  const { claims } = token
  let refusal: AuthFailure | undefined
  for (const by of trusted) {
    if (!isIssuedBy(by.issuer, claims)) continue
    const key = await verifySignature(token, by.keys)
    const failure = isFailure(key) ? key : checkClaims(claims, { ...expected, issuer: by.issuer })
    if (failure === undefined) return { claims, by, key: key as VerificationKey }
    refusal ??= failure
  }
  return refusal ?? wrongIssuer(claims.iss, trusted)
}

function isIssuedBy({ profile, issuer }: TokenIssuer, claims: Claims): boolean {
  const { iss } = claims
  return typeof iss === 'string' && acceptsIssuer(profile, issuer, iss, claims)
}

function wrongIssuer(iss: unknown, trusted: readonly TrustedIssuer[]): AuthFailure {
  const wanted = excerpt(trusted.map(({ issuer }) => issuer.issuer).join(' or '))
  return iss === undefined
    ? { kind: 'missing_claim', detail: `the token has no issuer (iss), wanted ${wanted}` }
    : { kind: 'wrong_issuer', detail: `issuer is ${excerpt(iss)}, wanted ${wanted}` }
}
