import { type CryptoKey, importJWK, type JWK } from 'jose'
import { algorithms, sameAlgorithm } from './algorithms.ts'

/** A public key that verifies signatures. */
export type VerificationKey = {
  /** Everything that makes the key: two keys of one id are the same key. */
  readonly id: string
  readonly kid: string | undefined
  fits(alg: string): boolean
  /** The key for one algorithm. Rejects when the numbers in the JWK make no key. */
  import(alg: string): Promise<CryptoKey>
}

/** The usable keys of a JSON Web Key Set (RFC 7517 §5). */
export type KeySet = {
  has(key: VerificationKey): boolean
  /**
   * The keys that may have signed a token: those of its `kid`, else those without one; of a token
   * without `kid` all that fit its algorithm (RFC 7515 §4.1.4: a hint, never proof).
   */
  find(alg: string, kid: string | undefined): readonly VerificationKey[]
  /** Why the key of that `kid` was left out, if it was. */
  leftOut(kid: string): string | undefined
}

const MAX_KEYS = 100
const MIN_RSA_BITS = 2048
/** Verification with a larger modulus costs more than a request is worth. */
const MAX_RSA_BITS = 16_384

/**
 * Reads a parsed JWK set. A key that is of no use here (for encryption, symmetric, of an unknown
 * type, too short) is left out and harms no other.
 *
 * @throws TypeError with what is wrong when this is no key set or holds no usable key
 */
export function readKeySet(document: unknown): KeySet {
  const members = isObject(document) ? document.keys : undefined
  if (!Array.isArray(members)) throw new TypeError('it has no array "keys"')

  const usable = new Map<string, VerificationKey>()
  const leftOut = new Map<string, string>()
  for (const member of members.slice(0, MAX_KEYS)) {
    const jwk: Record<string, unknown> = isObject(member) ? member : {}
    const reason = unusable(jwk)
    if (reason === undefined) {
      const key = toKey(jwk)
      usable.set(key.id, key)
    } else if (typeof jwk.kid === 'string') {
      leftOut.set(jwk.kid, reason)
    }
  }
  if (usable.size === 0) {
    throw new TypeError(`none of its ${members.length} keys can verify a signature`)
  }

  const keys = [...usable.values()]
  return {
    has: key => usable.has(key.id),
    find(alg, kid) {
      const fitting = keys.filter(key => key.fits(alg))
      if (kid === undefined) return fitting
      const named = fitting.filter(key => key.kid === kid)
      return named.length > 0 ? named : fitting.filter(key => key.kid === undefined)
    },
    leftOut: kid => leftOut.get(kid),
  }
}

function toKey(jwk: Record<string, unknown>): VerificationKey {
  // Only what makes the public key: private members and hints of other kinds change nothing.
  const { kty, crv, n, e, x, y } = jwk
  const material = JSON.parse(JSON.stringify({ kty, crv, n, e, x, y })) as JWK
  const kid = typeof jwk.kid === 'string' ? jwk.kid : undefined
  const own = jwk.alg as string | undefined
  const imported = new Map<string, Promise<CryptoKey>>()
  return {
    id: JSON.stringify([kid, own, material]),
    kid,
    fits(alg) {
      const shape = algorithms.get(alg)
      return (
        shape !== undefined &&
        shape.kty === kty &&
        (shape.crv === undefined || shape.crv === crv) &&
        (own === undefined || sameAlgorithm(own, alg))
      )
    },
    import(alg) {
      let key = imported.get(alg)
      if (key === undefined) {
        // Asymmetric material gives a CryptoKey; bytes come of `oct` alone, which never gets here.
        key = importJWK(material, alg) as Promise<CryptoKey>
        imported.set(alg, key)
      }
      return key
    },
  }
}

/** Why a JWK cannot verify access tokens, or undefined. */
function unusable(jwk: Record<string, unknown>): string | undefined {
  const { kty, crv, use, alg, key_ops: operations } = jwk
  if (use !== undefined && use !== 'sig') return 'its "use" is not "sig"'
  if (Array.isArray(operations) && !operations.includes('verify')) {
    return 'its "key_ops" do not name "verify"'
  }
  const shapes = [...algorithms.values()]
  if (!shapes.some(shape => shape.kty === kty && (shape.crv === undefined || shape.crv === crv))) {
    return 'its key type is not supported'
  }
  if (alg !== undefined && !(typeof alg === 'string' && algorithms.has(alg))) {
    return 'its "alg" is not supported'
  }
  if (kty !== 'RSA') return undefined
  const bits = bitLength(jwk.n)
  return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS
    ? undefined
    : `its RSA modulus has ${bits} bits, at least ${MIN_RSA_BITS} are wanted`
}

function bitLength(base64url: unknown): number {
  if (typeof base64url !== 'string') return 0
  const bytes = Buffer.from(base64url, 'base64url')
  const first = bytes.findIndex(byte => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
