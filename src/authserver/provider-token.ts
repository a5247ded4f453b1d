import { basicCredentials } from '../providers/client-credentials.ts'
import type { FetchResponse } from '../providers/fetch.ts'
import type { ParameterRules, ProviderProfile } from '../providers/profile.ts'
import type { Context } from './context.ts'
import { type OAuthError, oauthError } from './oauth-error.ts'
import { type AnswerMembers, providerError, readAnswer } from './provider-answer.ts'
import type { ProviderClient } from './provider-client.ts'

/** A successful answer of the provider's token endpoint (RFC 6749 §5.1), whatever it looked like. */
export type ProviderTokens = {
  readonly accessToken: string
  readonly expiresInSeconds: number | undefined
  /** In the provider's spelling; undefined: as asked for. */
  readonly scopes: readonly string[] | undefined
  readonly refreshToken: string | undefined
}

/** Applies what the profile says about one endpoint's parameters, in place. */
export function adapt(parameters: URLSearchParams, rules: ParameterRules): URLSearchParams {
  for (const name of rules.drop) parameters.delete(name)
  for (const [name, other] of Object.entries(rules.rename)) {
    for (const value of parameters.getAll(name)) parameters.append(other, value)
    parameters.delete(name)
  }
  for (const [name, value] of Object.entries(rules.add)) parameters.set(name, value)
  return parameters
}

/** Asks for tokens. Nothing of the MCP client's request goes along but what `parameters` holds. */
export async function requestTokens(
  context: Context,
  endpoint: string,
  client: ProviderClient,
  parameters: URLSearchParams,
): Promise<ProviderTokens | OAuthError> {
  const { profile } = context.relay
  const what = `answer the token request (${parameters.get('grant_type')})`
  const response = await postForm(context, endpoint, client, parameters)
  if ('error' in response) return response
  const members = response.status < 300 ? readAnswer(response) : undefined
  if (members === undefined || typeof members.access_token !== 'string') {
    const error = providerError(profile, response, what)
    const body = members === undefined ? response.body.slice(0, 500) : undefined
    context.log.warn(
      { status: response.status, error: error.error, description: error.description, body },
      'the provider refused a token request',
    )
    return error
  }
  if (String(members.token_type ?? 'bearer').toLowerCase() !== 'bearer') {
    context.log.error(
      { type: members.token_type },
      'the provider gave a token that is no bearer token',
    )
    return oauthError('server_error', `${profile.title} gave a token of an unsupported type`)
  }
  return toTokens(profile, members, members.access_token)
}

/** One authenticated POST to an endpoint of the provider (RFC 6749 §2.3.1). */
export async function postForm(
  { fetch, log, relay }: Context,
  url: string,
  client: ProviderClient,
  parameters: URLSearchParams,
): Promise<FetchResponse | OAuthError> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  }
  if (client.method === 'client_secret_basic') {
    headers.authorization = basicCredentials(client.id, client.secret ?? '')
  } else {
    parameters.set('client_id', client.id)
    if (client.secret !== undefined) parameters.set('client_secret', client.secret)
  }
  try {
    return await fetch({ url, method: 'POST', headers, body: parameters.toString() })
  } catch (error) {
    log.error({ err: error, url }, 'the provider did not answer')
    return oauthError('temporarily_unavailable', `${relay.profile.title} does not answer`, {
      retryAfterSeconds: 5,
    })
  }
}

function toTokens(
  profile: ProviderProfile,
  members: AnswerMembers,
  accessToken: string,
): ProviderTokens {
  const { scope, expires_in, refresh_token } = members
  const seconds = Number(expires_in)
  return {
    accessToken,
    expiresInSeconds: expires_in !== undefined && seconds > 0 ? Math.floor(seconds) : undefined,
    scopes: typeof scope === 'string' ? split(scope, profile.scopes.separator) : undefined,
    refreshToken:
      typeof refresh_token === 'string' && refresh_token !== '' ? refresh_token : undefined,
  }
}

function split(scope: string, separator: string): readonly string[] {
  return scope
    .split(separator)
    .map(word => word.trim())
    .filter(word => word !== '')
}
