import { accessTokenFor } from './access-token.ts'
import { type Client, clientDigest, clientLabel } from './client.ts'
import type { Context } from './context.ts'
import type { RelayRequest } from './endpoint.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'
import type { CarriedClient, ProviderClient } from './provider-client.ts'
import type { ProviderTokens } from './provider-token.ts'
import { sealRefreshToken } from './refresh-token.ts'
import { relayDigest } from './resource.ts'

/** Members of RFC 6749 §5.1. No `id_token`: it is made out to the gateway's client, and nobody here needs it. */
export type TokenAnswer = {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
}

/** One grant type of the token endpoint; the client has been authenticated. */
export type Grant = (
  context: Context,
  request: RelayRequest,
  client: Client,
  parameters: Parameters,
) => Promise<TokenAnswer | OAuthError>

/**
 * The answer for the client.
 *
 * @param scopes of the answer, in the client's spelling
 * @param refreshable what a new refresh token is good for; a refresh that asked for less keeps the whole grant
 * @param kept refresh token that goes on being used where the provider gives no new one
 */
export function tokenAnswer(
  context: Context,
  request: RelayRequest,
  client: Client,
  tokens: ProviderTokens,
  scopes: readonly string[],
  refreshable: { readonly scopes: readonly string[]; readonly provider: CarriedClient },
  kept?: string,
): TokenAnswer | OAuthError {
  const access = accessTokenFor(context, request, clientLabel(client), tokens)
  if (isOAuthError(access)) return access
  const refreshToken =
    tokens.refreshToken === undefined
      ? kept
      : sealRefreshToken(context.sealer, {
          o: tokens.refreshToken,
          c: clientDigest(client.id),
          r: relayDigest(context.relay.issuer, request.resource),
          s: refreshable.scopes,
          p: refreshable.provider,
        })
  return {
    access_token: access.token,
    token_type: 'Bearer',
    expires_in: access.expiresInSeconds,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  }
}

/**
 * What an error of the provider's means to the MCP client when it is about the gateway's own client. One of its own
 * is gone with the registration, so it has to register again; a shared one is registered anew at the next login;
 * the configured one only the operator can put right.
 */
export function tokenError(
  { relay, log, providerClients }: Context,
  client: Client,
  provider: ProviderClient,
  error: OAuthError,
): OAuthError {
  if (error.error !== 'invalid_client') return error
  const { title } = relay.profile
  log.error(
    { client: provider.id, description: error.description },
    `${title} refused the gateway's client`,
  )
  if (provider.id === relay.clientId) {
    return oauthError(
      'server_error',
      `${title} refused the gateway's own client; the gateway log says more`,
    )
  }
  if (client.provider?.id === provider.id) {
    return oauthError(
      'invalid_client',
      `${title} does not know the client any more: register again`,
    )
  }
  providerClients.forget(provider)
  return oauthError(
    'invalid_grant',
    `${title} does not know the gateway's client any more: log in again`,
  )
}
