import type { Registration } from '../config/snapshot.ts'
import type { FetchResponse } from '../providers/fetch.ts'
import type { Client, ClientKeySource, ClientMethod } from './client.ts'
import type { Dependencies } from './dependencies.ts'
import { createExpiringMap } from './expiring-map.ts'
import { freshMs } from './freshness.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import { redirectUriProblem } from './redirect-uri.ts'

/** Clients whose id is the URL of a JSON document about them (draft-ietf-oauth-client-id-metadata-document). */
export type ClientMetadataDocuments = {
  find(id: string): Promise<Client | OAuthError>
}

/** The draft recommends 5 kB (§6.6); documents with inline keys need more. */
const MAX_BYTES = 16_384
const TIMEOUT_MS = 5_000
const MAX_DOCUMENTS = 1_000
/** Fetches at a time: anybody can send any URL. */
const MAX_RUNNING = 50
/** How long a document outlives its freshness while its host does not answer, so that refreshes go on. */
const STALE_MS = 24 * 3_600_000

const busy = oauthError('temporarily_unavailable', 'too many client metadata documents at once', {
  retryAfterSeconds: 1,
})

type Kept = { readonly client: Client; readonly freshUntil: number }

/**
 * Fetches documents with the guard for URLs that a client chose, one fetch at a time for each, and keeps
 * them as HTTP says. Errors and documents that are wrong are not kept (draft §6.5).
 */
export function createClientMetadataDocuments(
  supported: boolean,
  policy: Pick<Registration, 'allowClients'>,
  { fetch, now, log }: Pick<Dependencies, 'fetch' | 'now' | 'log'>,
): ClientMetadataDocuments {
  const kept = createExpiringMap<Kept>(MAX_DOCUMENTS, now)
  const running = new Map<string, Promise<Client | OAuthError>>()

  async function load(id: string, old: Kept | undefined): Promise<Client | OAuthError> {
    let response: FetchResponse
    try {
      response = await fetch({
        url: id,
        headers: { accept: 'application/json' },
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        untrusted: true,
      })
    } catch (error) {
      log.warn({ err: error, client: id }, 'a client metadata document could not be fetched')
      return old?.client ?? invalid(`its metadata document could not be fetched: ${reason(error)}`)
    }
    if (response.status >= 500 && old !== undefined) return old.client
    const client = response.status === 200 ? readDocument(id, response.body) : undefined
    if (client === undefined) return invalid(`its metadata document answered ${response.status}`)
    if (isOAuthError(client)) return client
    const fresh = freshMs(response.headers, now())
    // Nothing is kept of a document that forbids it, not even for its host's bad hours.
    if (fresh > 0) kept.set(id, { client, freshUntil: now() + fresh }, now() + fresh + STALE_MS)
    return client
  }

  return {
    async find(id) {
      const problem = supported ? clientUrlProblem(id, policy.allowClients) : 'not supported here'
      if (problem !== undefined) return invalid(problem)
      const old = kept.get(id)
      if (old !== undefined && old.freshUntil > now()) return old.client
      let pending = running.get(id)
      if (pending === undefined) {
        if (running.size >= MAX_RUNNING) return busy
        pending = load(id, old).finally(() => running.delete(id))
        running.set(id, pending)
      }
      return pending
    },
  }
}

/**
 * Why a URL can be no client id here, or undefined (draft §3). `allowed` lists hosts: `claude.ai`, `*.example.com`
 * for what lies below, `!host` to refuse one; a list of refusals alone allows the rest.
 */
export function clientUrlProblem(
  id: string,
  allowed: readonly string[] | undefined,
): string | undefined {
  if (!URL.canParse(id)) return 'it is no URL'
  const url = new URL(id)
  if (url.protocol !== 'https:') return 'a client id that is a URL has to begin with https'
  if (url.username !== '' || url.password !== '') return 'the URL holds a user name'
  if (id.includes('#')) return 'the URL has a fragment'
  if (url.pathname === '/') return 'the URL has no path'
  // Whatever parsing changed (dots, case, a default port) would make two ids of one document.
  if (url.href !== id) return `the URL is not in its normal form ${url.href}`
  return isAllowed(url.hostname, allowed)
    ? undefined
    : `clients of ${url.hostname} are not allowed here`
}

function isAllowed(host: string, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true
  const matches = (pattern: string): boolean =>
    pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
  const refused = allowed.filter(entry => entry.startsWith('!')).map(entry => entry.slice(1))
  const accepted = allowed.filter(entry => !entry.startsWith('!'))
  return (
    !refused.some(matches) && (accepted.length === 0 ? refused.length > 0 : accepted.some(matches))
  )
}

function readDocument(id: string, body: string): Client | OAuthError {
  let document: Record<string, unknown>
  try {
    document = Object(JSON.parse(body))
  } catch {
    return invalid('its metadata document is not JSON')
  }
  const { client_id, client_name, redirect_uris } = document
  if (client_id !== id) {
    return invalid(`its metadata document names the client_id ${JSON.stringify(client_id)}`)
  }
  if (typeof client_name !== 'string' || client_name === '') {
    return invalid('its metadata document has no client_name')
  }
  // One URI that cannot be used does not spoil the others; it just never matches.
  const usable = Array.isArray(redirect_uris)
    ? redirect_uris.filter(uri => redirectUriProblem(uri) === undefined)
    : []
  if (usable.length === 0) return invalid('its metadata document has no usable redirect_uris')
  const keys = keySource(document)
  const methods = methodsOf(document, keys)
  if (isOAuthError(methods)) return methods
  return {
    id,
    kind: 'document',
    name: client_name.slice(0, 100),
    redirectUris: usable,
    methods,
    ...(keys === undefined ? {} : { keys }),
  }
}

/**
 * `none` or `private_key_jwt`, and both where the document offers both (ChatGPT names the one and lists the other).
 * Grant types are not looked at: those that the gateway has not (`device_code` of VS Code) are of no use to
 * anybody and do no harm.
 */
function methodsOf(
  document: Record<string, unknown>,
  keys: ClientKeySource | undefined,
): readonly ClientMethod[] | OAuthError {
  const { token_endpoint_auth_method: preferred, token_endpoint_auth_methods_supported: more } =
    document
  const named: readonly unknown[] = [preferred ?? 'none', ...(Array.isArray(more) ? more : [])]
  const usable: ClientMethod[] = []
  if (named.includes('private_key_jwt') && keys !== undefined) usable.push('private_key_jwt')
  if (named.includes('none')) usable.push('none')
  return usable.length > 0
    ? usable
    : invalid(
        `it wants ${JSON.stringify(preferred)}; none or private_key_jwt with keys is possible`,
      )
}

function keySource({ jwks_uri, jwks }: Record<string, unknown>): ClientKeySource | undefined {
  if (typeof jwks_uri === 'string' && jwks_uri.startsWith('https://')) return { jwksUri: jwks_uri }
  return typeof jwks === 'object' && jwks !== null ? { jwks } : undefined
}

function invalid(why: string): OAuthError {
  return oauthError('invalid_client', `this client cannot be used: ${why}`)
}

function reason(error: unknown): string {
  return error instanceof Error && 'reason' in error ? String(error.reason) : 'fault'
}
