import type { Relay } from '../config/snapshot.ts'
import { secretMethod } from '../providers/client-credentials.ts'
import type { FetchResponse } from '../providers/fetch.ts'
import type { Dependencies } from './dependencies.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import { type AnswerMembers, readAnswer } from './provider-answer.ts'
import type { ProviderClient } from './provider-client.ts'
import { type ProviderDocument, providerDocument } from './provider-document.ts'
import { isLoopback } from './redirect-uri.ts'

/** What the provider is told about an MCP client. */
export type ClientDescription = { readonly name: string; readonly uri?: string }

export type ProviderRegistration = {
  readonly client: ProviderClient
  /** Where the provider tells about the client (RFC 7592 §2.1), if it does. */
  readonly management: { readonly url: string; readonly token: string } | undefined
}

/**
 * Registers a client of the gateway's at the provider (RFC 7591 §3.1). Nothing of the MCP client's request goes
 * along but its name and home page: no `Origin` (Keycloak answers 403), no `scope` (an allow-list at some
 * providers, which ends every later step-up; Keycloak refuses `openid` in it), no member that the provider may
 * not know (Keycloak answers 400).
 */
export async function registerAtProvider(
  relay: Relay,
  deps: Dependencies,
  client: ClientDescription,
  callback: string,
): Promise<ProviderRegistration | OAuthError> {
  const document = await providerDocument(deps)
  if (isOAuthError(document)) return document
  const { registrationEndpoint } = document
  const { profile } = relay
  if (registrationEndpoint === undefined) {
    deps.log.error(
      {},
      `${profile.title} has no registration endpoint: ${profile.hints.registration}`,
    )
    return oauthError(
      'invalid_client_metadata',
      `${profile.title} registers no clients; the operator has to register one there and set clientId`,
    )
  }
  let response: FetchResponse
  try {
    response = await deps.fetch({
      url: registrationEndpoint,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...token(relay) },
      body: JSON.stringify(metadata(relay, document, client, callback)),
    })
  } catch (error) {
    deps.log.error({ err: error, url: registrationEndpoint }, 'the provider did not answer')
    return oauthError('temporarily_unavailable', `${profile.title} does not answer`, {
      retryAfterSeconds: 5,
    })
  }
  const members = readAnswer(response)
  if (response.status >= 300 || typeof members?.client_id !== 'string') {
    return refused(relay, deps, response, members)
  }
  deps.log.info(
    { client: members.client_id, name: client.name },
    'client registered at the provider',
  )
  return registered(
    members,
    members.client_id,
    secretMethod(relay.profile, document.tokenEndpointAuthMethods),
  )
}

function metadata(
  relay: Relay,
  document: ProviderDocument,
  client: ClientDescription,
  callback: string,
): Record<string, unknown> {
  const { strip, add } = relay.profile.registration
  const members: Record<string, unknown> = {
    client_name: client.name,
    ...(client.uri === undefined ? {} : { client_uri: client.uri }),
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // The gateway keeps the secret sealed, so its client can be a confidential one, whatever the MCP client is.
    token_endpoint_auth_method: secretMethod(relay.profile, document.tokenEndpointAuthMethods),
    // OpenID Connect Registration §2: an http redirect to the loopback interface makes a client native.
    application_type: isLoopback(callback) ? 'native' : 'web',
    ...add,
  }
  for (const name of strip) delete members[name]
  return members
}

function token({ profile, registration }: Relay): Record<string, string> {
  const secret = registration.initialAccessToken?.reveal()
  return secret === undefined
    ? {}
    : { authorization: `${profile.registration.tokenScheme} ${secret}` }
}

function registered(
  members: AnswerMembers,
  id: string,
  asked: ReturnType<typeof secretMethod>,
): ProviderRegistration {
  const { client_secret: secret, token_endpoint_auth_method: granted } = members
  const { registration_client_uri: url, registration_access_token: token } = members
  const management =
    typeof url === 'string' && typeof token === 'string' ? { url, token } : undefined
  if (typeof secret !== 'string' || granted === 'none') {
    return { client: { id, method: 'none' }, management }
  }
  const known = granted === 'client_secret_basic' || granted === 'client_secret_post'
  return { client: { id, secret, method: known ? granted : asked }, management }
}

/** Whether the provider says that a client is gone (RFC 7592 §2.1); silence and failures say nothing. */
export async function isGone(
  { management }: ProviderRegistration,
  { fetch }: Pick<Dependencies, 'fetch'>,
): Promise<boolean> {
  if (management === undefined) return false
  const headers = { accept: 'application/json', authorization: `Bearer ${management.token}` }
  try {
    const { status } = await fetch({ url: management.url, headers })
    return status === 401 || status === 403 || status === 404
  } catch {
    return false
  }
}

/**
 * RFC 7591 §3.2.2 knows no code for "the gateway may not": whatever the provider calls it, the MCP client
 * learns that its metadata was not accepted, and by whom; the operator learns what to change.
 */
function refused(
  { profile }: Relay,
  { log }: Dependencies,
  response: FetchResponse,
  members: AnswerMembers | undefined,
): OAuthError {
  const said = [members?.error, members?.error_description, members?.errorSummary]
    .filter(text => typeof text === 'string' && text !== '')
    .join(': ')
  log.error(
    { status: response.status, answer: said === '' ? response.body.slice(0, 500) : said },
    `${profile.title} refused to register a client: ${profile.hints.registration}`,
  )
  if (response.status >= 500 || response.status === 429) {
    return oauthError('temporarily_unavailable', `${profile.title} cannot register clients now`, {
      retryAfterSeconds: 5,
    })
  }
  return oauthError(
    'invalid_client_metadata',
    `${profile.title} refused to register the client (${response.status} ${said}). To the operator: ${profile.hints.registration}`,
  )
}
