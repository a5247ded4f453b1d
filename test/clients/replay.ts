import { createHash, randomBytes, randomInt } from 'node:crypto'
import { expect } from 'vitest'
import type { Answer } from '../support/http.ts'
import type { FirstRequest, Lookup, RecordedClient, ScopeSource } from './recorded-client.ts'
import { createWire, type Wire } from './wire.ts'

/** What a client has learned about a server before it says who it is. */
export type Discovered = {
  readonly url: string
  readonly resource: Document
  readonly server: Document
  readonly challengeScope: readonly string[]
}

export type Identity = {
  readonly id: string
  readonly secret: string | undefined
  readonly redirectUri: string
}

export type Tokens = {
  readonly access_token: string
  readonly refresh_token: string
  readonly scope: string
  readonly expires_in: number
}

/** Logs in and agrees to everything; gives the URL that the browser is sent back to. */
export type Person = (authorizationUrl: URL) => Promise<URL>

type Document = Readonly<Record<string, unknown>>

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'replay', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

export function wireOf({ origin }: Pick<RecordedClient, 'origin'>): Wire {
  return createWire(origin)
}

/** One of the requests before there is a token; `version` is what `initialize` asks for. */
export function sendFirst(
  wire: Wire,
  url: string,
  { sends, headers }: FirstRequest,
  version: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const all = { ...headers, ...more }
  if (sends === 'GET' || sends === 'HEAD') return wire.send(url, { method: sends, headers: all })
  const clientInfo = { name: 'replay', version: '1' }
  const params =
    sends === 'initialize'
      ? { protocolVersion: version, capabilities: {}, clientInfo }
      : { _meta: META }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: sends, params })
  return wire.send(url, { method: 'POST', headers: all, body })
}

/** Sends the first requests, each of which has to be challenged, and reads what the documents say. */
export async function discover(
  wire: Wire,
  url: string,
  recorded: RecordedClient,
): Promise<Discovered> {
  const challenges: string[] = []
  for (const first of recorded.first) {
    const answer = await sendFirst(wire, url, first, recorded.session.protocol)
    expect(answer.status, `${first.sends} without a token`).toBe(401)
    challenges.push(answer.headers['www-authenticate'] ?? '')
  }
  const challenge = challenges[0] ?? ''
  for (const other of challenges) expect(other).toBe(challenge)

  const { origin, pathname } = new URL(url)
  let resource: Document | undefined
  let server: Document | undefined
  const places: Readonly<Record<Lookup, () => string>> = {
    challenge: () => /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '',
    path: () => `${origin}/.well-known/oauth-protected-resource${pathname}`,
    root: () => `${origin}/.well-known/oauth-protected-resource`,
    origin: () => `${origin}/.well-known/oauth-authorization-server`,
    issuer: () => metadataUrl(listed(resource?.authorization_servers)[0] ?? ''),
  }
  for (const lookup of recorded.discovery) {
    const place = places[lookup]()
    const answer = await wire.send(place, { headers: recorded.headers })
    const optional = lookup === 'root' || lookup === 'origin'
    // Clients take a 404 for "look elsewhere"; anything else would end the login.
    expect(optional ? [200, 404] : [200], place).toContain(answer.status)
    const document = answer.json() as Document
    if (answer.status !== 200) continue
    if (lookup === 'issuer' || lookup === 'origin') server = document
    else resource = document
  }
  if (resource === undefined || server === undefined) throw new Error('nothing was discovered')
  return { url, resource, server, challengeScope: words(/ scope="([^"]*)"/.exec(challenge)?.[1]) }
}

/** RFC 8414 §3.1. */
function metadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`
}

/** @param redirectUris instead of those that it usually registers */
export function register(
  wire: Wire,
  found: Discovered,
  recorded: RecordedClient,
  redirectUris: readonly string[],
): Promise<Answer> {
  const registration = { ...recorded.registration }
  if ('resource' in registration) registration.resource = found.url
  return wire.send(String(found.server.registration_endpoint), {
    method: 'POST',
    headers: { ...recorded.headers, 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: recorded.name,
      ...(redirectUris.length > 0 ? { redirect_uris: redirectUris } : {}),
      ...registration,
    }),
  })
}

/** Registers with ports that are new each time. */
export async function registered(
  wire: Wire,
  found: Discovered,
  recorded: RecordedClient,
): Promise<Identity> {
  const port = String(randomInt(20_000, 60_000))
  const redirectUris = recorded.redirectUris.map(uri => uri.replace('PORT', port))
  const answer = await register(wire, found, recorded, redirectUris)
  expect(answer.status, answer.body).toBe(201)
  const client = answer.json()
  expect(client.redirect_uris).toEqual(redirectUris)
  expect(client.grant_types).toEqual(['authorization_code', 'refresh_token'])
  expect(client.token_endpoint_auth_method).toBe(recorded.tokenAuth)
  return { id: client.client_id, secret: client.client_secret, redirectUri: redirectUris[0] ?? '' }
}

/** A client whose document lies at `id`; the document names no port, or the fixed one. */
export function documented(id: string, { redirectUris }: RecordedClient): Identity {
  const port = String(randomInt(20_000, 60_000))
  return { id, secret: undefined, redirectUri: (redirectUris[0] ?? '').replace('PORT', port) }
}

/** The authorization request, the login of a person, and the token request. */
export async function logInAs(
  wire: Wire,
  found: Discovered,
  recorded: RecordedClient,
  { id, secret, redirectUri }: Identity,
  person: Person,
): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const scope = scopeOf(recorded, found)
  const url = new URL(String(found.server.authorization_endpoint))
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: id,
    redirect_uri: redirectUri,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: String(found.resource.resource),
    ...(scope === '' ? {} : { scope }),
    ...(recorded.prompt === undefined ? {} : { prompt: recorded.prompt }),
  }).toString()
  if (recorded.habits.includes('loads the authorization URL itself')) {
    expect((await createWire().send(url.href)).status).toBeLessThan(400)
  }
  const answer = (await person(url)).searchParams
  expect(answer.get('error_description')).toBeNull()
  expect(answer.get('state')).toBe(state)
  // All but four of the clients refuse the answer otherwise, one of them even if it is not announced.
  expect(answer.get('iss')).toBe(found.server.issuer)
  expect(found.server.authorization_response_iss_parameter_supported).toBe(true)
  const tokens = await requestToken(
    wire,
    found,
    recorded,
    { id, secret, redirectUri },
    {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: redirectUri,
      resource: String(found.resource.resource),
    },
  )
  expect(tokens.status, tokens.body).toBe(200)
  const asked = words(scope).filter(word => word !== 'offline_access')
  expect(words(tokens.json().scope)).toEqual(expect.arrayContaining(asked))
  return tokens.json()
}

/** What the client asks for, as it was seen to choose it. */
export function scopeOf({ scope, offlineAccess }: RecordedClient, found: Discovered): string {
  const sources: Readonly<Record<ScopeSource, readonly string[]>> = {
    challenge: found.challengeScope,
    resource: listed(found.resource.scopes_supported),
    server: listed(found.server.scopes_supported),
    none: [],
  }
  const offered = listed(found.server.scopes_supported).includes('offline_access')
  const added = offlineAccess && offered ? ['offline_access'] : []
  return [...new Set([...sources[scope], ...added])].join(' ')
}

/** A refresh as the client sends it. */
export function refresh(
  wire: Wire,
  found: Discovered,
  recorded: RecordedClient,
  identity: Identity,
  tokens: Tokens,
): Promise<Answer> {
  const { resource, scope } = recorded.refresh
  const scopes = { requested: scopeOf(recorded, found), granted: tokens.scope }
  return requestToken(wire, found, recorded, identity, {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
    ...(resource ? { resource: String(found.resource.resource) } : {}),
    ...(scope === undefined ? {} : { scope: scopes[scope] }),
  })
}

function requestToken(
  wire: Wire,
  found: Discovered,
  { headers, tokenAuth }: RecordedClient,
  { id, secret }: Identity,
  form: Readonly<Record<string, string>>,
): Promise<Answer> {
  const basic = secret !== undefined && tokenAuth === 'client_secret_basic'
  const credentials = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret ?? '')}`)
  return wire.send(String(found.server.token_endpoint), {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/x-www-form-urlencoded',
      ...(basic ? { authorization: `Basic ${credentials.toString('base64')}` } : {}),
    },
    body: new URLSearchParams({ ...form, ...(basic ? {} : { client_id: id }) }).toString(),
  })
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(' ').filter(word => word !== '')
}

function listed(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : []
}
