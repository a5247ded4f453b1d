import { createHash } from 'node:crypto'
import type { AudienceRule } from '../providers/profile.ts'
import { answerClient } from './authorization-response.ts'
import type { Context } from './context.ts'
import type { RelayRequest, RelayResponse } from './endpoint.ts'
import { isOAuthError } from './oauth-error.ts'
import { callbackUrl } from './provider-client.ts'
import { providerDocument } from './provider-document.ts'
import { adapt } from './provider-token.ts'
import { redirect } from './reply.ts'
import { providerScopes } from './scope.ts'
import { sealState, type Transaction } from './transaction.ts'

/** The authorization request to the provider, with the gateway's callback, state and PKCE. */
export async function sendToProvider(
  context: Context,
  request: RelayRequest,
  transaction: Transaction,
  cookies: readonly string[],
): Promise<RelayResponse> {
  const { profile } = context.relay
  const document = await providerDocument(context)
  if (isOAuthError(document)) return answerClient(transaction, document, cookies)
  const parameters = new URLSearchParams({
    ...transaction.passed,
    response_type: 'code',
    client_id: transaction.provider.id,
    redirect_uri: callbackUrl(request.origin),
    state: sealState(context.sealer, transaction, context.now()),
    code_challenge: createHash('sha256').update(transaction.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...audienceParameter(profile.audience, transaction.resource, context.audiences),
  })
  const scopes = providerScopes(profile, transaction.scopes, profile.authorize)
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '))
  const url = new URL(document.authorizationEndpoint)
  for (const [name, value] of adapt(parameters, profile.authorize))
    url.searchParams.append(name, value)
  return redirect(url.href, cookies, request.method === 'POST' ? 303 : 302)
}

/** How the profile has the gateway ask for a token for the resource, as a parameter. */
function audienceParameter(
  rule: AudienceRule,
  resource: string,
  audiences: readonly string[],
): Record<string, string> {
  if (rule.kind === 'resource') return { resource }
  if (rule.kind === 'audience') return { audience: rule.value ?? audiences[0] ?? resource }
  return {}
}
