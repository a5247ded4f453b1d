import type { Dependencies } from './dependencies.ts'
import { type OAuthError, oauthError } from './oauth-error.ts'

/** The members of the provider's metadata that the relay reads, checked for being what they should be. */
export type ProviderDocument = {
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly registrationEndpoint: string | undefined
  readonly revocationEndpoint: string | undefined
  readonly jwksUri: string | undefined
  readonly grantTypes: readonly string[] | undefined
  readonly scopes: readonly string[] | undefined
  readonly tokenEndpointAuthMethods: readonly string[] | undefined
  readonly codeChallengeMethods: readonly string[] | undefined
  readonly sendsIssuer: boolean
  readonly idTokenAlgorithms: readonly string[] | undefined
}

/** The provider's metadata, or what to tell the client while there is none; the cause is in the log. */
export async function providerDocument(
  deps: Pick<Dependencies, 'metadata' | 'log'>,
): Promise<ProviderDocument | OAuthError> {
  let members: Readonly<Record<string, unknown>>
  try {
    members = await deps.metadata.get()
  } catch (error) {
    deps.log.error({ err: error }, 'the identity provider gives no metadata')
    return oauthError(
      'temporarily_unavailable',
      'the identity provider cannot be reached at the moment; the gateway log says why',
      { retryAfterSeconds: 5 },
    )
  }
  const authorizationEndpoint = url(members.authorization_endpoint)
  const tokenEndpoint = url(members.token_endpoint)
  if (authorizationEndpoint === undefined || tokenEndpoint === undefined) {
    deps.log.error(
      { authorization: members.authorization_endpoint, token: members.token_endpoint },
      "the provider's metadata has no usable authorization_endpoint and token_endpoint",
    )
    return oauthError('server_error', "the identity provider's metadata lacks endpoints")
  }
  return {
    issuer: String(members.issuer),
    authorizationEndpoint,
    tokenEndpoint,
    registrationEndpoint: url(members.registration_endpoint),
    revocationEndpoint: url(members.revocation_endpoint),
    jwksUri: url(members.jwks_uri),
    grantTypes: texts(members.grant_types_supported),
    scopes: texts(members.scopes_supported),
    tokenEndpointAuthMethods: texts(members.token_endpoint_auth_methods_supported),
    codeChallengeMethods: texts(members.code_challenge_methods_supported),
    sendsIssuer: members.authorization_response_iss_parameter_supported === true,
    idTokenAlgorithms: texts(members.id_token_signing_alg_values_supported),
  }
}

function url(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  return /^https?:$/.test(new URL(value).protocol) ? value : undefined
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : undefined
}
