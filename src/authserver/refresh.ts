import { createHash } from 'node:crypto'
import { type Client, clientDigest } from './client.ts'
import type { Context } from './context.ts'
import type { RelayRequest } from './endpoint.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import { type Parameters, splitScope } from './parameters.ts'
import { providerDocument } from './provider-document.ts'
import { adapt, requestTokens } from './provider-token.ts'
import { openRefreshToken, type SealedRefreshToken } from './refresh-token.ts'
import { relayDigest } from './resource.ts'
import { clientScopes, providerScopes } from './scope.ts'
import { type TokenAnswer, tokenAnswer, tokenError } from './token-answer.ts'

/** The grant `refresh_token` (RFC 6749 §6). */
export async function refreshTokens(
  context: Context,
  request: RelayRequest,
  client: Client,
  parameters: Parameters,
): Promise<TokenAnswer | OAuthError> {
  const text = parameters.get('refresh_token') ?? ''
  const sealed = openRefreshToken(context.sealer, text)
  if (sealed === undefined || sealed.r !== relayDigest(context.relay.issuer, request.resource)) {
    return oauthError('invalid_grant', 'the refresh token is none of this server')
  }
  if (sealed.c !== clientDigest(client.id)) {
    return oauthError('invalid_grant', 'the refresh token was given to another client')
  }
  const asked = splitScope(parameters.get('scope'))
  const key = createHash('sha256').update(`${sealed.c} ${sealed.o}`).digest('base64url')
  return context.refreshes.run(
    key,
    () => refreshOnce(context, request, client, text, sealed, asked),
    answer => !isOAuthError(answer),
  )
}

async function refreshOnce(
  context: Context,
  request: RelayRequest,
  client: Client,
  text: string,
  sealed: SealedRefreshToken,
  asked: readonly string[],
): Promise<TokenAnswer | OAuthError> {
  const { profile } = context.relay
  const provider = await context.providerClients.revive(sealed.p)
  if (isOAuthError(provider)) return provider
  const document = await providerDocument(context)
  if (isOAuthError(document)) return document
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: sealed.o,
    ...(profile.audience.kind === 'resource' ? { resource: request.resource } : {}),
  })
  // Clients repeat what they once asked for; more than was granted would be refused by most providers.
  const wanted = asked.filter(scope => sealed.s.includes(scope))
  const scopes = { 'as-sent': wanted, granted: sealed.s, drop: [] }[profile.refresh.scope]
  if (scopes.length > 0) {
    form.set('scope', providerScopes(profile, scopes, profile.refresh).join(' '))
  }
  const tokens = await requestTokens(
    context,
    document.tokenEndpoint,
    provider,
    adapt(form, profile.refresh),
  )
  if (isOAuthError(tokens)) return tokenError(context, client, provider, tokens)

  const expected = wanted.length > 0 && profile.refresh.scope === 'as-sent' ? wanted : sealed.s
  const granted = clientScopes(profile, expected, tokens.scopes, true)
  return tokenAnswer(
    context,
    request,
    client,
    tokens,
    granted,
    { scopes: sealed.s, provider: sealed.p },
    text,
  )
}
