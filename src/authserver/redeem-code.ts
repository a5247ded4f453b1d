import { createHash } from 'node:crypto'
import { type Client, clientDigest } from './client.ts'
import { CODE_LIFE_MS, type SealedCode } from './code.ts'
import type { Context } from './context.ts'
import type { RelayRequest } from './endpoint.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'
import { callbackUrl } from './provider-client.ts'
import { providerDocument } from './provider-document.ts'
import { adapt, requestTokens } from './provider-token.ts'
import { relayDigest } from './resource.ts'
import { clientScopes, providerScopes } from './scope.ts'
import { type TokenAnswer, tokenAnswer, tokenError } from './token-answer.ts'

/**
 * The grant `authorization_code` (RFC 6749 §4.1.3). The gateway checks all that its code is bound to before the
 * provider hears of it.
 */
export async function redeemCode(
  context: Context,
  request: RelayRequest,
  client: Client,
  parameters: Parameters,
): Promise<TokenAnswer | OAuthError> {
  const { relay, sealer, usedCodes } = context
  const { profile } = relay
  const text = parameters.get('code') ?? ''
  const code = sealer.open('code', text) as SealedCode | undefined
  const wrong = codeError(code, relayDigest(relay.issuer, request.resource), client, parameters)
  if (code === undefined || wrong !== undefined) return wrong ?? unknownCode
  const digest = createHash('sha256').update(text).digest('base64url')
  // Before the provider is asked, so that of two requests at once only one gets there.
  if (!(await usedCodes.claim(digest, CODE_LIFE_MS)))
    return oauthError('invalid_grant', 'the code was used before')

  const provider = await context.providerClients.revive(code.p)
  if (isOAuthError(provider)) return provider
  const document = await providerDocument(context)
  if (isOAuthError(document)) return document
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: code.o,
    redirect_uri: callbackUrl(request.origin),
    code_verifier: code.v,
    ...(profile.audience.kind === 'resource' ? { resource: request.resource } : {}),
  })
  if (profile.exchange.scope !== 'drop') {
    form.set('scope', providerScopes(profile, code.s, profile.exchange).join(' '))
  }
  const tokens = await requestTokens(
    context,
    document.tokenEndpoint,
    provider,
    adapt(form, profile.exchange),
  )
  if (isOAuthError(tokens)) {
    // The provider never saw the code, so the client may try again while it lives.
    if (tokens.error === 'temporarily_unavailable') await usedCodes.release(digest)
    return tokenError(context, client, provider, tokens)
  }
  const scopes = clientScopes(profile, code.s, tokens.scopes, tokens.refreshToken !== undefined)
  return tokenAnswer(context, request, client, tokens, scopes, { scopes, provider: code.p })
}

const unknownCode: OAuthError = oauthError(
  'invalid_grant',
  'the code is none of this server, or older than a minute',
)

/** Everything that a code is bound to (RFC 6749 §4.1.3, RFC 7636 §4.6). */
function codeError(
  code: SealedCode | undefined,
  relay: string,
  client: Client,
  parameters: Parameters,
): OAuthError | undefined {
  const verifier = parameters.get('code_verifier')
  const redirectUri = parameters.get('redirect_uri')
  if (code === undefined || code.r !== relay) return unknownCode
  if (code.c !== clientDigest(client.id)) {
    return oauthError('invalid_grant', 'the code was given to another client')
  }
  if (redirectUri !== undefined && redirectUri !== code.u) {
    return oauthError(
      'invalid_grant',
      'redirect_uri differs from that of the authorization request',
    )
  }
  if (verifier === undefined) return oauthError('invalid_request', 'code_verifier is missing')
  return createHash('sha256').update(verifier).digest('base64url') === code.h
    ? undefined
    : oauthError('invalid_grant', 'code_verifier does not fit the code_challenge')
}
