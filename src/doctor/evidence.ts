import type { Fetch } from '../providers/fetch.ts'
import { type BearerChallenge, bearerChallenge } from './bearer-challenge.ts'
import { type Exchange, exchange, type Members, membersOf } from './exchange.ts'

/** All that was seen of an MCP endpoint and of what it names, in the order in which clients look. */
export type Evidence = {
  /** As the user typed it. */
  readonly url: string
  /** The first requests of clients, none with a token. */
  readonly knocks: Readonly<Record<Knock, Exchange>>
  readonly challenge: BearerChallenge | undefined
  readonly metadata: {
    /** Where the challenge says; undefined when it says nothing. */
    readonly named: Exchange | undefined
    /** Where RFC 9728 §3.1 puts it. */
    readonly inserted: Exchange
    /** The same again with a token that is no good, as some clients ask. */
    readonly withDeadToken: Exchange
    /** The document that clients read first. */
    readonly members: Members | undefined
  }
  /** The first authorization server of the metadata; undefined when it names none. */
  readonly authorizationServer: AuthorizationServer | undefined
  /** The questions that a browser asks before it sends a request to another origin. */
  readonly preflights: Readonly<Record<Crossing, Exchange | undefined>>
}

export type Knock = 'initialize' | 'discover' | 'get' | 'head'
export type Crossing = 'mcp' | 'registration' | 'token'

export type AuthorizationServer = {
  readonly issuer: string
  /** In the order of the specification (2026-07-28, authorization server discovery). */
  readonly attempts: readonly Exchange[]
  readonly members: Members | undefined
  readonly keys: Exchange | undefined
}

/** Where the page of the MCP Inspector lives. */
export const BROWSER_ORIGIN = 'http://localhost:6274'

const JSON_BODY = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}
const CLIENT = { name: 'portcullis-doctor', version: '1' }
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT },
}
const DISCOVER = {
  jsonrpc: '2.0',
  id: 1,
  method: 'server/discover',
  params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': CLIENT,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
}

/**
 * Asks what clients ask before a login, one request after another. Nothing is registered, and no token
 * is asked for.
 *
 * @param url of the MCP endpoint, absolute
 */
export async function gather(fetch: Fetch, url: string): Promise<Evidence> {
  const { origin, pathname } = new URL(url)
  const ask = exchange.bind(undefined, fetch)
  const browser = { origin: BROWSER_ORIGIN }
  const knocks = {
    initialize: await ask({
      url,
      method: 'POST',
      headers: { ...JSON_BODY, ...browser },
      body: JSON.stringify(INITIALIZE),
    }),
    discover: await ask({
      url,
      method: 'POST',
      headers: {
        ...JSON_BODY,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'server/discover',
      },
      body: JSON.stringify(DISCOVER),
    }),
    get: await ask({ url, headers: { accept: '*/*', 'mcp-protocol-version': '2024-11-05' } }),
    head: await ask({ url, method: 'HEAD' }),
  }
  const challenge = bearerChallenge(knocks.initialize.answer?.headers['www-authenticate'])
  const place = challenge?.resource_metadata
  const named = place !== undefined && URL.canParse(place) ? await ask({ url: place }) : undefined
  const path = pathname === '/' ? '' : pathname
  const wellKnown = `${origin}/.well-known/oauth-protected-resource${path}`
  const inserted = await ask({ url: wellKnown, headers: browser })
  const dead = { authorization: 'Bearer portcullis-doctor', ...browser }
  const withDeadToken = await ask({ url: named?.url ?? wellKnown, headers: dead })
  const members = (named && membersOf(named)) ?? membersOf(inserted)
  const authorizationServer = await gatherServer(fetch, members)
  const preflight = (to: unknown, headers: string): Promise<Exchange> | undefined =>
    typeof to === 'string' && URL.canParse(to)
      ? ask({
          url: to,
          method: 'OPTIONS',
          headers: {
            ...browser,
            'access-control-request-method': 'POST',
            'access-control-request-headers': headers,
          },
        })
      : undefined
  const server = authorizationServer?.members
  return {
    url,
    knocks,
    challenge,
    metadata: { named, inserted, withDeadToken, members },
    authorizationServer,
    preflights: {
      mcp: await preflight(url, 'authorization,content-type,mcp-protocol-version'),
      registration: await preflight(server?.registration_endpoint, 'content-type'),
      token: await preflight(server?.token_endpoint, 'authorization,content-type'),
    },
  }
}

async function gatherServer(
  fetch: Fetch,
  metadata: Members | undefined,
): Promise<AuthorizationServer | undefined> {
  const servers = metadata?.authorization_servers
  const issuer: unknown = Array.isArray(servers) ? servers[0] : undefined
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return undefined
  const attempts: Exchange[] = []
  for (const url of metadataPlaces(issuer)) {
    const attempt = await exchange(fetch, { url, headers: { origin: BROWSER_ORIGIN } })
    attempts.push(attempt)
    const members = membersOf(attempt)
    if (members === undefined) continue
    const { jwks_uri: keys } = members
    const isUrl = typeof keys === 'string' && URL.canParse(keys)
    return {
      issuer,
      attempts,
      members,
      keys: isUrl ? await exchange(fetch, { url: keys }) : undefined,
    }
  }
  return { issuer, attempts, members: undefined, keys: undefined }
}

/** MCP 2026-07-28, authorization server metadata discovery: in this order. */
function metadataPlaces(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    ...new Set([
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ]),
  ]
}
