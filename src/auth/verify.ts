import type { TokenIssuer } from '../config/snapshot.ts'
import { acceptsIssuer } from '../providers/issuer.ts'
import { excerpt } from './excerpt.ts'
import { type AuthFailure, isFailure } from './failure.ts'
import type { VerificationKey } from './key-set.ts'
import { verifySignature } from './signature.ts'
import { readToken } from './token.ts'
import { type Claims, checkClaims, type Expectation } from './token-claims.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'

/** A token that passed every check. */
export type VerifiedToken = {
  readonly claims: Claims
  readonly by: TrustedIssuer
  readonly key: VerificationKey
}

/**
 * Verifies a JWT access token: RFC 9068 §4 without its insistence on `typ: at+jwt`, which most
 * providers do not write, under the rules of RFC 8725. The unverified `iss` does no more than choose
 * whose keys are asked.
 *
 * @returns the claims, or why the token is refused; of several issuers of one name, the first refusal
 */
export async function verifyToken(
  text: string,
  trusted: readonly TrustedIssuer[],
  expected: Omit<Expectation, 'issuer'>,
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
