import { authenticateClient } from './client-authentication.ts'
import type { Context } from './context.ts'
import { header, type RelayRequest, type RelayResponse } from './endpoint.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import { type Parameters, readParameters, repeatedError } from './parameters.ts'
import { redeemCode } from './redeem-code.ts'
import { refreshTokens } from './refresh.ts'
import { errorReply, json } from './reply.ts'
import { resourceError } from './resource.ts'
import type { Grant, TokenAnswer } from './token-answer.ts'

const grants: Readonly<Record<string, Grant>> = {
  authorization_code: redeemCode,
  refresh_token: refreshTokens,
}

/** The token endpoint (RFC 6749 §4.1.3, §6). */
export async function token(context: Context, request: RelayRequest): Promise<RelayResponse> {
  const parameters = readParameters(request.body)
  const answer = await answerGrant(context, request, parameters)
  // RFC 6749 §5.1 wants both, for caches of HTTP/1.0.
  if (!isOAuthError(answer)) return json(200, answer, { pragma: 'no-cache' })
  context.log.info(
    { error: answer.error, description: answer.description },
    'token request refused',
  )
  return errorReply(answer, challengeOf(request, answer))
}

/** RFC 6749 §5.2: who tried Basic learns that it is the way. */
export function challengeOf(request: RelayRequest, { error }: OAuthError): Record<string, string> {
  return error === 'invalid_client' && header(request, 'authorization') !== undefined
    ? { 'www-authenticate': 'Basic realm="token endpoint"' }
    : {}
}

async function answerGrant(
  context: Context,
  request: RelayRequest,
  parameters: Parameters,
): Promise<TokenAnswer | OAuthError> {
  const repeated = repeatedError(parameters)
  if (repeated !== undefined) return repeated
  const client = await authenticateClient(context, request, parameters)
  if (isOAuthError(client)) return client
  const type = parameters.get('grant_type')
  if (type === undefined) return oauthError('invalid_request', 'grant_type is missing')
  const grant = Object.hasOwn(grants, type) ? grants[type] : undefined
  if (grant === undefined) {
    return oauthError(
      'unsupported_grant_type',
      `grant_type has to be ${Object.keys(grants).join(' or ')}`,
    )
  }
  return resourceError(parameters, request.resource) ?? grant(context, request, client, parameters)
}
