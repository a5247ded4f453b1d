import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'

/** Who signs, and what for. */
export type AssertionMaker = {
  /** PEM, as PKCS #8, PKCS #1 or SEC 1. */
  readonly key: string
  readonly keyId: string | undefined
  readonly clientId: string
  /** Issuer of the authorization server: draft-ietf-oauth-rfc7523bis wants no other audience. */
  readonly audience: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const LIFE_SECONDS = 60

/** By name of the curve as OpenSSL has it. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

/** A fresh `client_assertion` (RFC 7523 §3). Rejects when the key is of no kind that OAuth knows. */
export async function clientAssertion(maker: AssertionMaker): Promise<string> {
  const { keyId, clientId, audience, now } = maker
  const key = createPrivateKey(maker.key)
  const seconds = Math.floor(now() / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: algorithm(key), ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + LIFE_SECONDS)
    .sign(key)
}

function algorithm({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject): string {
  if (type === 'rsa') return 'RS256'
  if (type === 'ed25519') return 'EdDSA'
  const curve = CURVES[asymmetricKeyDetails?.namedCurve ?? '']
  if (type === 'ec' && curve !== undefined) return curve
  throw new TypeError(`a private key of type ${type} signs no client assertion`)
}
