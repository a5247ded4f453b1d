import { decodeJwt, errors, jwtVerify } from 'jose'
import type { Client } from './client.ts'
import type { Context } from './context.ts'
import type { RelayRequest } from './endpoint.ts'
import { type OAuthError, oauthError } from './oauth-error.ts'

/** `client_assertion_type` of RFC 7523 §2.2. */
export const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Public-key algorithms only: with a shared secret anybody who reads the metadata could sign. */
export const assertionAlgorithms: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
]

const LEEWAY_SECONDS = 30
/** An assertion is made for one request; one that is valid for longer is somebody's mistake. */
const LONGEST_SECONDS = 3600

/** `sub` of an assertion that nobody has verified yet: the client that it claims to come from. */
export function claimedClient(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).sub
  } catch {
    return undefined
  }
}

/**
 * Verifies a client's assertion (RFC 7523 §3, OpenID Connect Core §9): signature, `iss` = `sub` = client id, `aud` =
 * the issuer or its token endpoint, `exp`, and that its `jti` was not seen in this process.
 */
export async function assertionError(
  context: Context,
  request: RelayRequest,
  client: Client,
  assertion: string,
): Promise<OAuthError | undefined> {
  if (client.keys === undefined) return wrong('the client has no keys')
  const verify = async (again: boolean) =>
    jwtVerify(assertion, await context.clientKeys.get(client.keys ?? { jwks: {} }, again), {
      algorithms: [...assertionAlgorithms],
      issuer: client.id,
      subject: client.id,
      audience: [request.issuer, `${request.issuer}/token`],
      requiredClaims: ['exp'],
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(context.now()),
    })
  try {
    const { payload } = await verify(false).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return verify(true)
      throw error
    })
    const now = context.now() / 1000
    if (payload.exp === undefined || payload.exp > now + LONGEST_SECONDS) {
      return wrong('it is valid for more than an hour')
    }
    if (payload.jti === undefined) return undefined
    const key = JSON.stringify([client.id, payload.jti])
    const lifeMs = Math.ceil((payload.exp + LEEWAY_SECONDS - now) * 1000)
    const isFirst = await context.usedAssertions.claim(key, lifeMs)
    return isFirst ? undefined : wrong('it was used before')
  } catch (error) {
    context.log.warn({ err: error, client: client.id }, 'a client assertion was refused')
    return wrong(
      error instanceof errors.JOSEError ? error.message : 'its keys could not be fetched',
    )
  }
}

function wrong(why: string): OAuthError {
  return oauthError('invalid_client', `the client assertion was refused: ${why}`)
}
