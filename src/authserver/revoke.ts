import { unsealAccessToken } from './access-token.ts'
import { type Client, clientDigest } from './client.ts'
import { authenticateClient } from './client-authentication.ts'
import type { Context } from './context.ts'
import type { RelayRequest, RelayResponse } from './endpoint.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import { readParameters, repeatedError } from './parameters.ts'
import type { ProviderClient } from './provider-client.ts'
import { providerDocument } from './provider-document.ts'
import { postForm } from './provider-token.ts'
import { openRefreshToken } from './refresh-token.ts'
import { errorReply, json } from './reply.ts'
import { challengeOf } from './token.ts'

/**
 * The revocation endpoint (RFC 7009). The provider's token inside is revoked there, and the gateway forgets what it
 * verified. A token that is none, or another client's, is answered like one that is revoked (§2.2).
 */
export async function revoke(context: Context, request: RelayRequest): Promise<RelayResponse> {
  const parameters = readParameters(request.body)
  const client =
    repeatedError(parameters) ?? (await authenticateClient(context, request, parameters))
  if (isOAuthError(client)) return errorReply(client, challengeOf(request, client))
  const text = parameters.get('token')
  if (text === undefined) return errorReply(oauthError('invalid_request', 'token is missing'))
  const failed = await revokeAtProvider(context, request, client, text)
  context.forget?.(text)
  return failed === undefined ? json(200, {}) : errorReply(failed)
}

async function revokeAtProvider(
  context: Context,
  request: RelayRequest,
  client: Client,
  text: string,
): Promise<OAuthError | undefined> {
  const document = await providerDocument(context)
  if (isOAuthError(document)) return document
  const { revocationEndpoint } = document
  if (revocationEndpoint === undefined) {
    return oauthError(
      'unsupported_token_type',
      `${context.relay.profile.title} cannot revoke tokens`,
    )
  }
  const refresh = openRefreshToken(context.sealer, text)
  if (refresh !== undefined && refresh.c !== clientDigest(client.id)) return undefined
  const provider = refresh
    ? await context.providerClients.revive(refresh.p)
    : (client.provider ?? (await context.providerClients.use(request.origin)))
  if (isOAuthError(provider)) return provider
  const token = refresh?.o ?? unsealAccessToken(context, text)
  return postRevocation(context, revocationEndpoint, provider, token, refresh !== undefined)
}

async function postRevocation(
  context: Context,
  url: string,
  provider: ProviderClient,
  token: string,
  isRefreshToken: boolean,
): Promise<OAuthError | undefined> {
  const hint = isRefreshToken ? 'refresh_token' : 'access_token'
  const form = new URLSearchParams({ token, token_type_hint: hint })
  const response = await postForm(context, url, provider, form)
  if (isOAuthError(response)) return response
  if (response.status < 500) {
    if (response.status >= 300) {
      context.log.warn({ status: response.status }, 'the provider refused to revoke a token')
    }
    return undefined
  }
  return oauthError('temporarily_unavailable', 'the identity provider cannot revoke tokens now', {
    retryAfterSeconds: 5,
  })
}
