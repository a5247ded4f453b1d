import { answerClient } from './authorization-response.ts'
import { type Client, clientDigest } from './client.ts'
import { consentPage, needsConsent } from './consent.ts'
import type { Context } from './context.ts'
import { header, type RelayRequest, type RelayResponse } from './endpoint.ts'
import { errorPage } from './html.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import { type Parameters, readParameters, repeatedError, splitScope } from './parameters.ts'
import { sendToProvider } from './provider-authorization.ts'
import { allowsRedirect, sameRedirectUri } from './redirect-uri.ts'
import { resourceError } from './resource.ts'
import { bindTransaction, randomText, type Transaction, transactionId } from './transaction.ts'

/** Parameters of OpenID Connect Core §3.1.2.1 that are about the person and the login, and are passed on. */
const PASSED: readonly string[] = ['prompt', 'login_hint', 'max_age', 'acr_values']

/**
 * The authorization endpoint (RFC 6749 §4.1.1). Answers with a page while it is not sure who is asking and where an
 * answer may go; then with a redirect to the client that says what is wrong; else with the consent page or
 * a redirect to the provider.
 */
export async function authorize(context: Context, request: RelayRequest): Promise<RelayResponse> {
  const parameters = readParameters(request.query)
  const client = await context.clients.find(parameters.get('client_id') ?? '', request.resource)
  if (isOAuthError(client)) return unknownClient(client)
  const redirectUri = redirectUriOf(context, client, parameters)
  if (redirectUri === undefined) return unknownRedirectUri(client, parameters)

  const answer = { redirectUri, state: parameters.get('state'), issuer: request.issuer }
  const wrong = requestError(parameters, request)
  if (wrong !== undefined) return answerClient(answer, wrong)
  const provider = client.provider ?? (await context.providerClients.use(request.origin))
  if (isOAuthError(provider)) return answerClient(answer, provider)

  const asked = splitScope(parameters.get('scope'))
  const now = context.now()
  const transaction: Transaction = {
    ...answer,
    id: transactionId(now),
    resource: request.resource,
    client: clientDigest(client.id),
    challenge: parameters.get('code_challenge') ?? '',
    scopes: asked.length > 0 ? asked : request.scopes,
    passed: passedOn(parameters),
    verifier: randomText(),
    provider: context.providerClients.carry(provider),
  }
  const cookies = bindTransaction(context.sealer, transaction, header(request, 'cookie'), now)
  if (cookies === undefined) {
    return answerClient(
      answer,
      oauthError('invalid_request', 'the request is too long: shorten state'),
    )
  }
  if (!needsConsent(context.relay, client)) {
    return sendToProvider(context, request, transaction, cookies)
  }
  return transaction.passed.prompt === 'none'
    ? answerClient(
        answer,
        oauthError('consent_required', 'the user has to be asked, but prompt is none'),
      )
    : consentPage(context, client, transaction, cookies)
}

/**
 * The registered redirect URI that the request names, or the only one where it names none (RFC 6749 §3.1.2.3). The
 * configuration is asked again, because it may have become stricter since the client registered.
 */
function redirectUriOf(
  { relay }: Context,
  client: Client,
  parameters: Parameters,
): string | undefined {
  if (parameters.repeated.includes('redirect_uri')) return undefined
  const [only, ...others] = client.redirectUris
  const requested = parameters.get('redirect_uri') ?? (others.length === 0 ? only : undefined)
  if (requested === undefined) return undefined
  const { allowRedirects } = relay.registration
  const allowed =
    client.kind === 'configured' ||
    allowRedirects === undefined ||
    allowRedirects.some(pattern => allowsRedirect(pattern, requested))
  const registered = client.redirectUris.some(uri => sameRedirectUri(uri, requested))
  return registered && allowed ? requested : undefined
}

/** What is wrong with the request otherwise, in the order in which a client's developer would want to know. */
function requestError(parameters: Parameters, request: RelayRequest): OAuthError | undefined {
  const repeated = repeatedError(parameters)
  if (repeated !== undefined) return repeated
  if (parameters.get('request') !== undefined) {
    return oauthError('request_not_supported', 'request objects are not supported')
  }
  if (parameters.get('request_uri') !== undefined) {
    return oauthError('request_uri_not_supported', 'request_uri is not supported')
  }
  const type = parameters.get('response_type')
  if (type === undefined) return oauthError('invalid_request', 'response_type is missing')
  if (type !== 'code') {
    return oauthError('unsupported_response_type', `response_type has to be code, not ${type}`)
  }
  const mode = parameters.get('response_mode')
  if (mode !== undefined && mode !== 'query') {
    return oauthError('invalid_request', `response_mode has to be query, not ${mode}`)
  }
  return challengeError(parameters) ?? resourceError(parameters, request.resource)
}

/** RFC 7636 §4.2: S256 or nothing; its challenge is always 43 characters long. */
function challengeError(parameters: Parameters): OAuthError | undefined {
  const challenge = parameters.get('code_challenge')
  if (challenge === undefined) {
    return oauthError('invalid_request', 'PKCE is required: code_challenge is missing')
  }
  if (parameters.get('code_challenge_method') !== 'S256') {
    return oauthError('invalid_request', 'PKCE is required: code_challenge_method has to be S256')
  }
  return /^[\w-]{43}$/.test(challenge)
    ? undefined
    : oauthError('invalid_request', 'code_challenge is not the SHA-256 of a verifier')
}

function passedOn(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(
    PASSED.flatMap(name => {
      const value = parameters.get(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function unknownClient({ description, status }: OAuthError): RelayResponse {
  return errorPage(
    status ?? 400,
    'This application is not known here',
    `The application that sent you here did not identify itself in a way that can be checked: ${description}.`,
    'Go back to the application and connect it again; if it keeps old settings, remove the server there and add it anew.',
  )
}

function unknownRedirectUri(client: Client, parameters: Parameters): RelayResponse {
  const requested = parameters.get('redirect_uri')
  return errorPage(
    400,
    'The way back to the application is wrong',
    requested === undefined
      ? `The application “${client.name}” did not say where to send you back to (redirect_uri).`
      : `The application “${client.name}” asked to send you back to ${requested}, which is none of the addresses that it registered or that are allowed here (redirect_uri).`,
    'You were not sent there. If you trust the application, remove the server there and add it anew; its developer may have to register this address.',
  )
}
