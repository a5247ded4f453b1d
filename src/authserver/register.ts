import type { Relay } from '../config/snapshot.ts'
import type { ClientMethod, SealedClient } from './client.ts'
import type { Context } from './context.ts'
import type { RelayRequest, RelayResponse } from './endpoint.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import type { ProviderClient } from './provider-client.ts'
import { allowsRedirect, isLoopback, redirectTarget, redirectUrisProblem } from './redirect-uri.ts'
import { errorReply, json } from './reply.ts'
import { relayDigest } from './resource.ts'

/**
 * The registration endpoint (RFC 7591 §3). What a client asks for is cut to what there is (§3.2.1) rather than
 * refused: members that are not understood are dropped, grants are code and refresh, the method is one
 * that works. The answer says what was granted. Nothing is stored: the client id holds the registration, sealed.
 */
export async function register(context: Context, request: RelayRequest): Promise<RelayResponse> {
  const answer = await registration(context, request)
  if (!isOAuthError(answer)) return json(201, answer)
  context.log.info({ error: answer.error, description: answer.description }, 'registration refused')
  return errorReply(answer)
}

async function registration(
  context: Context,
  request: RelayRequest,
): Promise<Record<string, unknown> | OAuthError> {
  const { relay, sealer, now } = context
  if (relay.registration.strategy === 'none') {
    return oauthError(
      'access_denied',
      'clients cannot register here; the operator hands out client ids',
    )
  }
  const metadata = readMetadata(request.body)
  if (metadata === undefined) {
    return oauthError('invalid_client_metadata', 'the request is not a JSON object')
  }
  const problem = redirectUrisProblem(metadata.redirect_uris)
  if (problem !== undefined) return oauthError('invalid_redirect_uri', problem)
  const redirectUris = allowedUris(relay, metadata.redirect_uris as readonly string[])
  if (redirectUris.length === 0) {
    return oauthError(
      'invalid_redirect_uri',
      'none of the redirect URIs is allowed by this gateway',
    )
  }
  const name = nameOf(metadata, redirectUris)
  const provider = await providerClient(
    context,
    request,
    metadata,
    `${name} (${targets(redirectUris)})`,
  )
  if (isOAuthError(provider)) return provider

  const { method, keys } = authentication(metadata)
  const sealed: SealedClient = {
    r: relayDigest(relay.issuer, request.resource),
    n: name,
    u: redirectUris,
    m: kindOf(method),
    ...(keys === undefined ? {} : { k: keys }),
    ...(provider === undefined ? {} : { p: provider }),
  }
  const { ttlMs } = relay.registration
  const expiresAt = ttlMs === undefined ? undefined : now() + ttlMs
  const id = sealer.seal('client-id', sealed, expiresAt)
  const grants = grantsOf(metadata)
  return {
    client_id: id,
    client_id_issued_at: Math.floor(now() / 1000),
    ...(sealed.m === 'client_secret'
      ? {
          client_secret: sealer.mac('client-secret', id),
          client_secret_expires_at: expiresAt === undefined ? 0 : Math.floor(expiresAt / 1000),
        }
      : {}),
    client_name: name,
    redirect_uris: redirectUris,
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: method,
    application_type: applicationType(metadata, redirectUris),
    ...(keys === undefined ? {} : { jwks_uri: keys }),
  }
}

function readMetadata(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** One that is not allowed does not spoil the others: Cursor registers three at once. */
function allowedUris({ registration }: Relay, uris: readonly string[]): readonly string[] {
  const { allowRedirects } = registration
  return allowRedirects === undefined
    ? uris
    : uris.filter(uri => allowRedirects.some(pattern => allowsRedirect(pattern, uri)))
}

/** A client of its own at the provider, where the strategy says so; limited, because strangers ask for it. */
async function providerClient(
  { relay, limits, providerClients, log }: Context,
  request: RelayRequest,
  metadata: Record<string, unknown>,
  name: string,
): Promise<ProviderClient | undefined | OAuthError> {
  if (relay.registration.strategy !== 'relay') return undefined
  const retryAfterSeconds = limits.take(request.address)
  if (retryAfterSeconds !== undefined) {
    log.warn({ address: request.address }, 'too many registrations')
    return oauthError('temporarily_unavailable', 'too many clients registered; try again later', {
      status: 429,
      retryAfterSeconds,
    })
  }
  const { client_uri: uri } = metadata
  const isWeb =
    typeof uri === 'string' && uri.length < 500 && /^https:\/\//.test(uri) && URL.canParse(uri)
  return providerClients.register({ name, ...(isWeb ? { uri } : {}) }, request.origin)
}

/** The provider's consent page shows this and not where the answer goes, so the name has to say it. */
function targets(uris: readonly string[]): string {
  return [...new Set(uris.map(redirectTarget))].slice(0, 3).join(', ').slice(0, 100)
}

function nameOf({ client_name: name }: Record<string, unknown>, uris: readonly string[]): string {
  const readable = typeof name === 'string' ? name.replace(/\p{C}/gu, ' ').trim().slice(0, 100) : ''
  return readable === '' ? redirectTarget(uris[0] ?? '') : readable
}

/** RFC 7591 §2: a client that says nothing gets a secret. Methods that the gateway has not become one that it has. */
function authentication(metadata: Record<string, unknown>): { method: string; keys?: string } {
  const { token_endpoint_auth_method: asked, jwks_uri: keys } = metadata
  if (asked === 'none' || asked === 'client_secret_post') return { method: asked }
  const usable = typeof keys === 'string' && keys.startsWith('https://') && keys.length < 500
  return asked === 'private_key_jwt' && usable
    ? { method: asked, keys }
    : { method: 'client_secret_basic' }
}

function kindOf(method: string): ClientMethod {
  return method === 'none' || method === 'private_key_jwt' ? method : 'client_secret'
}

const GRANTS: readonly string[] = ['authorization_code', 'refresh_token']

/** Without the code grant a client could do nothing at all, so it always has that. */
function grantsOf({ grant_types: asked }: Record<string, unknown>): readonly string[] {
  if (!Array.isArray(asked)) return GRANTS
  return GRANTS.filter(grant => grant === 'authorization_code' || asked.includes(grant))
}

/** OpenID Connect Registration §2; its rule that a web client has no loopback redirect is not enforced. */
function applicationType(
  { application_type: asked }: Record<string, unknown>,
  uris: readonly string[],
): string {
  if (asked === 'native' || asked === 'web') return asked
  return uris.every(uri => uri.startsWith('https:') && !isLoopback(uri)) ? 'web' : 'native'
}
