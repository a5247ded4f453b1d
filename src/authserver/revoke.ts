import { sameAudience } from '../providers/audience.ts'
import { isSealedAccessToken, openAccessToken } from '../seal/access-token.ts'
import { type Client, clientDigest, clientLabel } from './client.ts'
import { authenticateClient } from './client-authentication.ts'
import type { Context } from './context.ts'
import type { RelayRequest, RelayResponse } from './endpoint.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import { readParameters, repeatedError } from './parameters.ts'
import type { CarriedClient, ProviderClient } from './provider-client.ts'
import { providerDocument } from './provider-document.ts'
import { postForm } from './provider-token.ts'
import { openRefreshToken } from './refresh-token.ts'
import { errorReply, json } from './reply.ts'
import { relayDigest } from './resource.ts'
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
  const held = tokenOf(context, request, client, text)
  if (held === undefined) return undefined
  const provider =
    held.carried === undefined
      ? (client.provider ?? (await context.providerClients.use(request.origin)))
      : await context.providerClients.revive(held.carried)
  return isOAuthError(provider)
    ? provider
    : postRevocation(context, revocationEndpoint, provider, held)
}

type Held = {
  /** As the provider knows it. */
  readonly token: string
  readonly kind: 'refresh_token' | 'access_token'
  /** The client there that it was given to, where that is known. */
  readonly carried: CarriedClient | undefined
}

/**
 * What the provider is to revoke; undefined for a sealed token of another client (RFC 7009 §2.1) or another relay, whose
 * provider is not to be told it. Of a bare token the provider itself finds out whose it is.
 */
function tokenOf(
  { relay, sealer }: Context,
  { resource }: RelayRequest,
  client: Client,
  text: string,
): Held | undefined {
  const refresh = openRefreshToken(sealer, text)
  if (refresh !== undefined) {
    const own =
      refresh.c === clientDigest(client.id) && refresh.r === relayDigest(relay.issuer, resource)
    return own ? { token: refresh.o, kind: 'refresh_token', carried: refresh.p } : undefined
  }
  if (!isSealedAccessToken(text)) return { token: text, kind: 'access_token', carried: undefined }
  const access = openAccessToken(sealer, text)
  const own =
    access?.client === clientLabel(client) &&
    access.issuer === relay.issuer &&
    sameAudience(access.resource, resource)
  return own ? { token: access.token, kind: 'access_token', carried: undefined } : undefined
}

async function postRevocation(
  context: Context,
  url: string,
  provider: ProviderClient,
  { token, kind }: Held,
): Promise<OAuthError | undefined> {
  const form = new URLSearchParams({ token, token_type_hint: kind })
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
