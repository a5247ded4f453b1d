import type { Introspection, TokenIssuer } from '../config/snapshot.ts'
import { basicCredentials, secretMethod } from '../providers/client-credentials.ts'
import type { ProviderMetadata } from '../providers/discovery.ts'
import type { FetchRequest } from '../providers/fetch.ts'
import type { TokenCheck } from '../providers/profile.ts'
import { clientAssertion } from './client-assertion.ts'

/**
 * The request that asks the provider about one token; undefined when the provider names no place to
 * ask at. Rejects when its metadata cannot be read.
 */
export type IntrospectionRequest = (token: string) => Promise<FetchRequest | undefined>

/** For the whole exchange: a client waits for it. */
const TIMEOUT_MS = 5_000
const MAX_BYTES = 64 * 1024
const FORM = 'application/x-www-form-urlencoded'
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export function createIntrospectionRequest(
  issuer: TokenIssuer,
  client: Introspection,
  metadata: ProviderMetadata,
  now: () => number,
): IntrospectionRequest {
  const { check } = issuer.profile.tokens
  return check === undefined
    ? token => standardRequest(token, issuer, client, metadata, now)
    : async token => ownRequest(token, check, issuer, client)
}

/** RFC 7662 §2.1, the client authenticated as at the token endpoint (RFC 6749 §2.3.1, RFC 7523 §2.2). */
async function standardRequest(
  token: string,
  { issuer, profile }: TokenIssuer,
  { url: configured, clientId, authentication }: Introspection,
  metadata: ProviderMetadata,
  now: () => number,
): Promise<FetchRequest | undefined> {
  const members = configured === undefined ? await metadata.get() : {}
  const url = configured ?? members.introspection_endpoint
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url)) return undefined
  const form = new URLSearchParams({ token, token_type_hint: 'access_token' })
  let authorization: string | undefined
  if (authentication.kind === 'key') {
    const { key, keyId } = authentication
    form.set('client_id', clientId)
    form.set('client_assertion_type', JWT_BEARER)
    form.set(
      'client_assertion',
      await clientAssertion({ key: key.reveal(), keyId, clientId, audience: issuer, now }),
    )
  } else if (authentication.kind === 'secret') {
    const method = authentication.method ?? secretMethod(profile, offeredMethods(members))
    const secret = authentication.secret.reveal()
    if (method === 'client_secret_basic') authorization = basicCredentials(clientId, secret)
    else {
      form.set('client_id', clientId)
      form.set('client_secret', secret)
    }
  }
  return request(url, 'POST', form.toString(), FORM, authorization)
}

/** RFC 8414 §2: what is not said of introspection holds as for the token endpoint. */
function offeredMethods(members: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const methods =
    members.introspection_endpoint_auth_methods_supported ??
    members.token_endpoint_auth_methods_supported
  return Array.isArray(methods) ? methods.filter(method => typeof method === 'string') : undefined
}

/** A request of the provider's own making. */
function ownRequest(
  token: string,
  check: TokenCheck,
  { issuer }: TokenIssuer,
  { clientId, authentication }: Introspection,
): FetchRequest {
  const filled = check.url
    .replaceAll('{issuer}', () => issuer.replace(/\/$/, ''))
    .replaceAll('{client_id}', () => encodeURIComponent(clientId))
  const url = new URL(filled)
  const { in: place, name } = check.token
  const authorization =
    check.authenticated && authentication.kind === 'secret'
      ? basicCredentials(clientId, authentication.secret.reveal())
      : undefined
  if (place === 'header') {
    const plain = request(url.href, check.method, undefined, undefined, authorization)
    return { ...plain, headers: { ...plain.headers, [name]: `Bearer ${token}` } }
  }
  if (place === 'query') {
    url.searchParams.set(name, token)
    return request(url.href, check.method, undefined, undefined, authorization)
  }
  return place === 'form'
    ? request(
        url.href,
        'POST',
        new URLSearchParams({ [name]: token }).toString(),
        FORM,
        authorization,
      )
    : request(
        url.href,
        'POST',
        JSON.stringify({ [name]: token }),
        'application/json',
        authorization,
      )
}

function request(
  url: string,
  method: 'GET' | 'POST',
  body: string | undefined,
  type: string | undefined,
  authorization: string | undefined,
): FetchRequest {
  return {
    url,
    method,
    headers: {
      accept: 'application/json',
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { body }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  }
}
