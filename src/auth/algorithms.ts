/**
 * The JWS algorithms that an access token may be signed with, each with the key that it takes
 * (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2). `none` and the HMACs are not here, so that no path
 * through the resource server can reach them (RFC 8725 §3.1, §3.2).
 */
export const algorithms: ReadonlyMap<string, KeyShape> = new Map<string, KeyShape>([
  ['RS256', { kty: 'RSA' }],
  ['RS384', { kty: 'RSA' }],
  ['RS512', { kty: 'RSA' }],
  ['PS256', { kty: 'RSA' }],
  ['PS384', { kty: 'RSA' }],
  ['PS512', { kty: 'RSA' }],
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['ES512', { kty: 'EC', crv: 'P-521' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519' }],
])

export type KeyShape = { readonly kty: 'RSA' | 'EC' | 'OKP'; readonly crv?: string }

/** RFC 9864 gave `EdDSA` over Ed25519 a second name; a key marked with one verifies the other. */
export function sameAlgorithm(a: string, b: string): boolean {
  return a === b || (isEd25519(a) && isEd25519(b))
}

function isEd25519(alg: string): boolean {
  return algorithms.get(alg)?.crv === 'Ed25519'
}
