import { audienceClaim, hasAudience } from '../providers/audience.ts'
import { type SealedAccessToken, sealAccessToken } from '../seal/access-token.ts'
import type { Context } from './context.ts'
import type { RelayRequest } from './endpoint.ts'
import { type OAuthError, oauthError } from './oauth-error.ts'
import type { ProviderTokens } from './provider-token.ts'
import { readableClaims } from './resource.ts'

export type AccessToken = {
  readonly token: string
  readonly expiresInSeconds: number
}

/**
 * The access token for the client. The provider's own is handed on as it is only when it is readable and its
 * audience is one that the resource server accepts; otherwise it is sealed to this resource, so that it is
 * worth something here and nowhere else. `accessToken: sealed` always seals; `provider` never does, and refuses a
 * token that the resource server would refuse afterwards.
 */
export function accessTokenFor(
  { relay, audiences, sealer, now, log }: Context,
  request: RelayRequest,
  client: string,
  tokens: ProviderTokens,
): AccessToken | OAuthError {
  const { profile, issuer } = relay
  const claims = readableClaims(tokens.accessToken)
  const accepted = audiences.length > 0 ? audiences : [request.resource]
  const fits = claims !== undefined && hasAudience(audienceClaim(claims, profile.claims), accepted)
  const expiresInSeconds = lifeSeconds(tokens, claims, now()) ?? profile.tokens.assumedSeconds
  if (relay.accessToken === 'provider' && claims !== undefined && !fits) {
    const hint = profile.hints.audience.replaceAll('{resource}', request.resource)
    log.error(
      { audience: claims.aud, accepted },
      `the provider's token is for another audience: ${hint}`,
    )
    return oauthError('server_error', `${profile.title} gave a token for another audience: ${hint}`)
  }
  if (relay.accessToken === 'provider' || (relay.accessToken === 'auto' && fits)) {
    return { token: tokens.accessToken, expiresInSeconds }
  }
  const sealed: SealedAccessToken = {
    token: tokens.accessToken,
    resource: request.resource,
    client,
    issuer,
  }
  const token = sealAccessToken(sealer, sealed, now() + expiresInSeconds * 1000)
  return { token, expiresInSeconds }
}

function lifeSeconds(
  { expiresInSeconds }: ProviderTokens,
  claims: Readonly<Record<string, unknown>> | undefined,
  now: number,
): number | undefined {
  if (expiresInSeconds !== undefined) return expiresInSeconds
  const left = typeof claims?.exp === 'number' ? Math.floor(claims.exp - now / 1000) : 0
  return left > 0 ? left : undefined
}
