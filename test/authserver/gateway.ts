import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AuthorizationServer,
  createAuthorizationServer,
} from '../../src/authserver/authorization-server.ts'
import type { Dependencies } from '../../src/authserver/dependencies.ts'
import type { Endpoint } from '../../src/authserver/endpoint.ts'
import { Secret } from '../../src/config/secret.ts'
import type { Registration, Relay } from '../../src/config/snapshot.ts'
import { createFetch, type FetchOptions } from '../../src/http/fetch.ts'
import { createProviderMetadata } from '../../src/providers/discovery.ts'
import { oidc } from '../../src/providers/oidc.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'
import { createSealer, generateKey, type Sealer } from '../../src/seal/seal.ts'
import { createBrowser } from '../dev/browser.ts'
import { type Line, recordingLog } from './log.ts'

export type GatewayOptions = {
  readonly issuer: string
  readonly profile?: ProviderProfile
  readonly relay?: Partial<Relay>
  /** Members of the relay that depend on where the gateway listens, such as a client registered before. */
  readonly prepare?: (origin: string, issuer: string) => Promise<Partial<Relay>>
  readonly registration?: Partial<Registration>
  readonly audiences?: readonly string[]
  readonly scopes?: readonly string[]
  readonly fetch?: FetchOptions
  /** Replaces parts, such as a defence that a test switches off. */
  readonly deps?: Partial<Dependencies>
  /** Keys of another replica. */
  readonly key?: string
}

/** The relay behind sockets of its own, as the edge of the gateway would serve it: issuer `{origin}/mcp`. */
export type Gateway = {
  readonly origin: string
  readonly issuer: string
  readonly resource: string
  readonly relay: Relay
  readonly server: AuthorizationServer
  readonly sealer: Sealer
  readonly key: string
  readonly lines: readonly Line[]
  readonly clock: { now: number }
  close(): Promise<void>
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/.well-known/oauth-authorization-server': 'metadata',
  '/.well-known/openid-configuration': 'metadata',
  '/authorize': 'authorize',
  '/consent': 'consent',
  '/token': 'token',
  '/register': 'register',
  '/revoke': 'revoke',
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const listener = createServer()
  const origin = await listen(listener)
  const { log, lines } = recordingLog()
  const clock = { now: Date.now() }
  const now = (): number => clock.now
  const key = options.key ?? generateKey()
  const sealer = createSealer([new Secret(key)], now)
  const { fetch, close } = createFetch(options.fetch)
  const relay = { ...relayOf(options), ...(await options.prepare?.(origin, options.issuer)) }
  const deps: Dependencies = {
    fetch,
    sealer,
    now,
    log,
    metadata: createProviderMetadata(relay.issuer, relay.profile, { fetch, now, log }),
    audiences: options.audiences ?? [],
    ...options.deps,
  }
  const server = createAuthorizationServer(relay, deps)
  listener.on('request', (request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '/', origin)
    const root = !/\/mcp(\/|$)/.test(url.pathname)
    const endpoint =
      url.pathname === '/oauth/callback' ? 'callback' : ENDPOINTS[url.pathname.replace('/mcp', '')]
    if (endpoint === undefined) {
      response.writeHead(404).end()
      return
    }
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const answer = await server.handle(endpoint, {
        method: request.method ?? '',
        issuer: root && endpoint !== 'callback' ? origin : `${origin}/mcp`,
        origin,
        resource: `${origin}/mcp`,
        scopes: options.scopes ?? ['mcp:tools'],
        query: url.search.slice(1),
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        address: '192.0.2.1',
      })
      response.writeHead(answer.status, answer.headers as Record<string, string | string[]>)
      response.end(answer.body)
    })()
  })
  return {
    origin,
    issuer: `${origin}/mcp`,
    resource: `${origin}/mcp`,
    relay,
    server,
    sealer,
    key,
    lines,
    clock,
    async close() {
      await close()
      listener.closeAllConnections()
      await new Promise(resolve => listener.close(resolve))
    },
  }
}

export function relayOf({ issuer, profile = oidc, relay, registration }: GatewayOptions): Relay {
  return {
    issuer,
    profile,
    clientId: undefined,
    clientSecret: undefined,
    clients: [],
    accessToken: 'auto',
    ...relay,
    registration: {
      strategy: profile.registration.strategy,
      initialAccessToken: undefined,
      allowRedirects: undefined,
      allowClients: undefined,
      ttlMs: undefined,
      limits: { perAddressPerHour: 100, perDay: 1000 },
      ...registration,
    },
  }
}

/** A client that does what the specification asks of one, step by step. */
export type TestClient = {
  readonly client_id: string
  readonly client_secret?: string
  readonly redirectUri: string
}

export const REDIRECT_URI = 'http://127.0.0.1:33418/callback'

export async function register(
  gateway: Gateway,
  metadata: object = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' },
): Promise<TestClient & { readonly answer: Record<string, unknown>; readonly status: number }> {
  const response = await fetch(`${gateway.issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'https://inspector.example' },
    body: JSON.stringify({ client_name: 'Test client', ...metadata }),
  })
  const answer = (await response.json()) as Record<string, unknown>
  const [redirectUri = REDIRECT_URI] = (answer.redirect_uris as string[] | undefined) ?? []
  return {
    status: response.status,
    answer,
    client_id: String(answer.client_id),
    ...(answer.client_secret === undefined ? {} : { client_secret: String(answer.client_secret) }),
    redirectUri,
  }
}

export type Login = {
  readonly verifier: string
  readonly url: URL
}

/** An authorization request; parameters given as undefined are left out. */
export function login(
  gateway: Gateway,
  client: TestClient,
  changes: Readonly<Record<string, string | undefined>> = {},
): Login {
  const verifier = randomBytes(32).toString('base64url')
  const parameters: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: client.redirectUri,
    scope: 'openid mcp:tools',
    state: 'client state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: gateway.resource,
    ...changes,
  }
  const url = new URL(`${gateway.issuer}/authorize`)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return { verifier, url }
}

/** Goes through consent and login pages as alice until the client is reached. */
export async function followLogin(url: URL, redirectUri: string): Promise<URL> {
  const browser = createBrowser(next => next.href.startsWith(redirectUri))
  let page = await browser.open(url.href)
  for (let step = 0; step < 6 && page.status !== 0; step++) {
    if (page.html.includes('name="password"')) {
      page = await browser.submit(page, { user: 'alice', password: 'alice' })
    } else if (page.html.includes('name="decision"')) {
      page = await browser.submit(page, { decision: 'allow' })
    } else {
      throw new Error(`unexpected page at ${page.url} (${page.status}): ${page.html}`)
    }
  }
  return page.url
}

export type TokenResponse = {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export async function requestToken(
  gateway: Gateway,
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenResponse> {
  const response = await fetch(`${gateway.issuer}/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(parameters),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

/** Redeems the code in an authorization response. */
export function redeem(
  gateway: Gateway,
  client: TestClient,
  { verifier }: Login,
  answer: URL,
  changes: Readonly<Record<string, string>> = {},
): Promise<TokenResponse> {
  const { client_id, client_secret, redirectUri } = client
  return requestToken(gateway, {
    grant_type: 'authorization_code',
    code: answer.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
    resource: gateway.resource,
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    ...changes,
  })
}

export function refresh(
  gateway: Gateway,
  { client_id, client_secret }: TestClient,
  refreshToken: unknown,
  changes: Readonly<Record<string, string>> = {},
): Promise<TokenResponse> {
  return requestToken(gateway, {
    grant_type: 'refresh_token',
    refresh_token: String(refreshToken),
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    ...changes,
  })
}

/** Everything from the registration to the tokens. */
export async function logInOnce(
  gateway: Gateway,
  metadata?: object,
  changes: Readonly<Record<string, string | undefined>> = {},
  known?: TestClient,
): Promise<{ readonly client: TestClient; readonly answer: URL; readonly tokens: TokenResponse }> {
  const client = known ?? (await register(gateway, metadata))
  const started = login(gateway, client, changes)
  const answer = await followLogin(started.url, client.redirectUri)
  return { client, answer, tokens: await redeem(gateway, client, started, answer) }
}

export function claimsOf(token: unknown): Record<string, unknown> {
  const [, payload = ''] = String(token).split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}

/** What a browser would send back. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map(cookie => cookie.split(';')[0])
    .join('; ')
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
