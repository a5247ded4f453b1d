import { assertionAlgorithms } from './client-assertion.ts'
import type { Context } from './context.ts'
import type { RelayRequest, RelayResponse } from './endpoint.ts'
import { isOAuthError } from './oauth-error.ts'
import { type ProviderDocument, providerDocument } from './provider-document.ts'
import { errorReply, json } from './reply.ts'

/** URL of an endpoint of an issuer, whether the issuer has a path or not. */
export function endpointUrl(
  issuer: string,
  endpoint: 'authorize' | 'consent' | 'token' | 'register' | 'revoke',
): string {
  return `${issuer}/${endpoint}`
}

/**
 * The relay's own metadata (RFC 8414 §2), which names nothing but the gateway and promises nothing but what it does. The
 * same document answers for OpenID Connect Discovery, because clients look there too (VS Code, the SDKs).
 */
export async function describeIssuer(
  context: Context,
  request: RelayRequest,
): Promise<RelayResponse> {
  const document = await providerDocument(context)
  if (isOAuthError(document)) return errorReply(document)
  return json(200, describe(context, request, document), {
    'cache-control': 'public, max-age=60',
  })
}

function describe(
  { relay }: Context,
  { issuer, scopes }: RelayRequest,
  document: ProviderDocument,
): Record<string, unknown> {
  const refreshable = givesRefreshTokens(relay.profile.refresh.offered, document)
  const { strategy } = relay.registration
  // Without a client of its own at the provider, and without a way to register one, the gateway can let nobody in.
  const hasClient =
    relay.clientId !== undefined ||
    (strategy !== 'none' && strategy !== 'static' && document.registrationEndpoint !== undefined)
  const named = scopes.filter(scope => scope !== 'offline_access')
  return {
    issuer,
    authorization_endpoint: endpointUrl(issuer, 'authorize'),
    token_endpoint: endpointUrl(issuer, 'token'),
    ...(strategy === 'none' || !hasClient
      ? {}
      : { registration_endpoint: endpointUrl(issuer, 'register') }),
    ...(document.revocationEndpoint === undefined
      ? {}
      : {
          revocation_endpoint: endpointUrl(issuer, 'revoke'),
          revocation_endpoint_auth_methods_supported: METHODS,
          revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
        }),
    // SEP-2207: refresh tokens are no matter of the resource, so `offline_access` stands here and not there.
    scopes_supported: refreshable ? [...named, 'offline_access'] : named,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: refreshable
      ? ['authorization_code', 'refresh_token']
      : ['authorization_code'],
    token_endpoint_auth_methods_supported: METHODS,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: hasClient,
    request_uri_parameter_supported: false,
    // OpenID Connect Discovery §3 requires these three, and clients that read it refuse a document without them.
    ...(document.jwksUri === undefined ? {} : { jwks_uri: document.jwksUri }),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: document.idTokenAlgorithms ?? ['RS256'],
  }
}

const METHODS: readonly string[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
]

/** As the profile knows it, else as the provider's metadata says it in one of two ways. */
export function givesRefreshTokens(
  known: boolean | undefined,
  { grantTypes, scopes }: ProviderDocument,
): boolean {
  return (
    known ??
    (grantTypes?.includes('refresh_token') === true || scopes?.includes('offline_access') === true)
  )
}
