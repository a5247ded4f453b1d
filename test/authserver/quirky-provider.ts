import {
  request as connect,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider/lib/provider.js'
import { providerConfiguration } from '../../src/dev/identity-configuration.ts'
import { createInteractions } from '../../src/dev/interactions.ts'
import { DEMO_USERS } from '../../src/dev/users.ts'
import type { DiscoveryForm } from '../../src/providers/profile.ts'
import { quiet } from './log.ts'

/** Members of a JSON document. */
export type Members = Record<string, unknown>

/** What a provider does otherwise than the standards, as data. Requests: the error, or undefined. */
export type Quirks = {
  /** Path of the issuer, such as `/realms/mcp`. */
  readonly path?: string
  /** Where metadata is served; everywhere unless given. */
  readonly discovery?: readonly DiscoveryForm[]
  readonly metadata?: (document: Members) => Members
  /** Other paths of endpoints → those of oidc-provider: `/auth`, `/token`, `/reg`. */
  readonly aliases?: Readonly<Record<string, string>>
  readonly authorize?: (parameters: URLSearchParams) => string | undefined
  readonly token?: (parameters: URLSearchParams, headers: IncomingHttpHeaders) => string | undefined
  readonly register?: (metadata: Members, headers: IncomingHttpHeaders) => string | undefined
  /** Says in OAuth's words to oidc-provider what this provider understands in its own. */
  readonly translate?: (parameters: URLSearchParams) => void
  /** Shapes the answer of the token endpoint; a text is sent form-encoded. */
  readonly tokenAnswer?: (answer: Members, headers: IncomingHttpHeaders) => Members | string
  /** Shapes the claims of an access token that is a JWT. */
  readonly accessToken?: (claims: Members) => Members
  /** Shapes the answer of the introspection endpoint. */
  readonly introspection?: (answer: Members) => Members
  /** Answers what is asked at another host of the provider; the token is looked up as the provider knows it. */
  readonly elsewhere?: (
    request: ProviderRequest,
    find: (token: string) => Promise<KnownToken | undefined>,
  ) => Promise<{ readonly status: number; readonly body: Members }>
  /** Shapes the parameters of an authorization response. */
  readonly response?: (parameters: URLSearchParams) => void
  readonly clients?: readonly object[]
  readonly accepts?: (resource: string) => boolean
  readonly accessTokenSeconds?: number
}

export type ProviderRequest = {
  /** Below the issuer. */
  readonly path: string
  readonly parameters: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An access token that is good. */
export type KnownToken = {
  readonly user: string
  readonly client: string
  /** Seconds since 1970. */
  readonly endsAt: number
}

/** Where a provider is for those who ask for it by name; `tls` where that is an https URL. */
export type Place = {
  readonly origin: string
  readonly tls?: { readonly certificate: string; readonly key: string }
}

export type QuirkyProvider = {
  readonly issuer: string
  /** Where it really listens. */
  readonly port: number
  /** What was asked, in order, as it came. */
  readonly requests: ProviderRequest[]
  /** Cuts every connection while true. */
  down: boolean
  /** Answers of the token endpoint instead of the real ones. */
  tokenOverride:
    | { readonly status: number; readonly type: string; readonly body: string }
    | undefined
  /** Deletes every client that registered (RFC 7592 §2.3), as an administrator would. */
  forgetClients(): Promise<void>
  close(): Promise<void>
}

type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

/** A real provider behind a layer of quirks, on sockets of its own. */
export async function startQuirkyProvider(
  quirks: Quirks = {},
  place?: Place,
): Promise<QuirkyProvider> {
  const { path = '' } = quirks
  const tls = place?.tls
  const front =
    tls === undefined ? createServer() : createSecureServer({ cert: tls.certificate, key: tls.key })
  const address = await listen(front)
  const origin = place?.origin ?? address
  const { listener, find } = innerProvider(origin + path, path, quirks)
  const inner = createServer(listener)
  const innerPort = Number(new URL(await listen(inner)).port)

  const registrations: { registration_client_uri: string; registration_access_token: string }[] = []
  const provider: QuirkyProvider = {
    issuer: origin + path,
    port: Number(new URL(address).port),
    requests: [],
    down: false,
    tokenOverride: undefined,
    async forgetClients() {
      for (const { registration_client_uri, registration_access_token } of registrations) {
        await fetch(registration_client_uri, {
          method: 'DELETE',
          headers: { authorization: `Bearer ${registration_access_token}` },
        })
      }
    },
    async close() {
      for (const server of [front, inner]) {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      }
    },
  }

  front.on('request', (request, response) => {
    if (provider.down) {
      request.socket.destroy()
      return
    }
    answer(request).then(
      ({ status, headers, body }) => {
        const { 'content-length': _, 'transfer-encoding': __, ...others } = headers
        response.writeHead(status, others).end(body)
      },
      error => response.destroy(error),
    )
  })

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', origin)
    if (place !== undefined) {
      if (request.headers.host !== new URL(origin).host) return elsewhere(url, request)
      request.headers['x-forwarded-proto'] = new URL(origin).protocol.slice(0, -1)
    }
    const form = documentForm(url.pathname, path)
    if (form !== undefined) {
      if (quirks.discovery?.includes(form) === false) return refusal(404, 'not_found')
      const got = await forward(innerPort, request, `${path}/.well-known/openid-configuration`, '')
      const document = JSON.parse(got.body) as Members
      return { ...got, body: JSON.stringify(quirks.metadata?.(document) ?? document) }
    }
    const own = url.pathname.startsWith(`${path}/`)
    const named = own ? url.pathname.slice(path.length) : url.pathname
    const endpoint = quirks.aliases?.[named] ?? named
    const body = await read(request)
    const json = endpoint === '/reg'
    const parameters = new URLSearchParams(json ? '' : body || url.search)
    provider.requests.push({
      path: endpoint,
      parameters: new URLSearchParams(parameters),
      headers: request.headers,
      body,
    })
    const error =
      (endpoint === '/auth' && quirks.authorize?.(parameters)) ||
      (endpoint === '/token' && quirks.token?.(parameters, request.headers)) ||
      (json && quirks.register?.(JSON.parse(body) as Members, request.headers))
    if (error) return refusal(400, error)
    if (endpoint === '/token' && provider.tokenOverride !== undefined) {
      const { status, type, body: text } = provider.tokenOverride
      return { status, headers: { 'content-type': type }, body: text }
    }
    quirks.translate?.(parameters)
    const query = endpoint === '/auth' ? `?${parameters}` : url.search
    const target = `${own || endpoint !== named ? path : ''}${endpoint}${query}`
    const sent = json || request.method === 'GET' ? body : parameters.toString()
    const got = await forward(innerPort, request, target, sent)
    if (json && got.status === 201) registrations.push(JSON.parse(got.body))
    return shape(endpoint, got, request.headers)
  }

  async function elsewhere(url: URL, request: IncomingMessage): Promise<Answer> {
    const { headers } = request
    const body = await read(request)
    const parameters = new URLSearchParams(body || url.search)
    const asked = { path: url.pathname, parameters, headers, body }
    provider.requests.push(asked)
    const said = await quirks.elsewhere?.(asked, find)
    if (said === undefined) return refusal(404, 'not_found')
    return {
      status: said.status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(said.body),
    }
  }

  function shape(endpoint: string, got: Answer, headers: IncomingHttpHeaders): Answer {
    if (endpoint === '/token' && got.status === 200 && quirks.tokenAnswer !== undefined) {
      const shaped = quirks.tokenAnswer(JSON.parse(got.body) as Members, headers)
      const isForm = typeof shaped === 'string'
      const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
      return {
        ...got,
        headers: { 'content-type': type },
        body: isForm ? shaped : JSON.stringify(shaped),
      }
    }
    if (endpoint === '/token/introspection' && quirks.introspection !== undefined) {
      const { 'content-length': _, ...others } = got.headers
      const body = JSON.stringify(quirks.introspection(JSON.parse(got.body) as Members))
      return { ...got, headers: others, body }
    }
    const { location } = got.headers
    if (location?.includes('/oauth/callback') === true && quirks.response !== undefined) {
      const url = new URL(location)
      quirks.response(url.searchParams)
      return { ...got, headers: { ...got.headers, location: url.href } }
    }
    return got
  }

  return provider
}

type Inner = {
  readonly listener: RequestListener
  find(token: string): Promise<KnownToken | undefined>
}

function innerProvider(issuer: string, path: string, quirks: Quirks): Inner {
  const { clients, accepts, accessTokenSeconds, accessToken } = quirks
  const configuration = providerConfiguration({
    port: 0,
    log: quiet,
    users: DEMO_USERS,
    scopes: ['mcp:tools', 'mcp:admin'],
    ...(clients === undefined ? {} : { clients }),
    ...(accepts === undefined ? {} : { accepts }),
    ...(accessTokenSeconds === undefined ? {} : { accessTokenSeconds }),
  })
  const provider = new Provider(issuer, {
    ...configuration,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    ...(accessToken === undefined
      ? {}
      : {
          formats: {
            customizers: {
              jwt(_context, _token, parts) {
                const { aud } = parts.payload
                parts.payload = accessToken(parts.payload)
                // oidc-provider signs no token without audience, and Cognito does nothing else.
                if (parts.payload.aud === undefined)
                  Object.defineProperty(parts.payload, 'aud', { value: aud, writable: true })
              },
            },
          },
        }),
  })
  provider.proxy = true
  const interactions = createInteractions(provider, DEMO_USERS)
  const protocol = provider.callback()
  const listener: RequestListener = (request, response) => {
    const url = request.url ?? '/'
    if (url.startsWith('/interaction/')) {
      interactions(request, response).catch(error => response.destroy(error))
      return
    }
    // What express does for a mounted application, and what oidc-provider makes its URLs of.
    Object.assign(request, { originalUrl: url, url: url.slice(path.length) })
    void protocol(request, response)
  }
  return {
    listener,
    async find(text) {
      const token = await provider.AccessToken.find(text)
      return token === undefined || token.clientId === undefined
        ? undefined
        : { user: token.accountId, client: token.clientId, endsAt: token.exp ?? 0 }
    },
  }
}

function documentForm(pathname: string, path: string): DiscoveryForm | undefined {
  const forms: Record<string, DiscoveryForm> = {
    [`${path}/.well-known/oauth-authorization-server`]: 'oauth-appended',
    [`${path}/.well-known/openid-configuration`]: 'oidc',
    [`/.well-known/oauth-authorization-server${path}`]: 'oauth',
    ...(path === '' ? {} : { [`/.well-known/openid-configuration${path}`]: 'oidc-inserted' }),
  }
  return forms[pathname]
}

function forward(
  port: number,
  { method, headers }: IncomingMessage,
  path: string,
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const request = connect(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, ...length } },
      response => {
        read(response).then(
          text =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          reject,
        )
      },
    )
    request.on('error', reject).end(body)
  })
}

function refusal(status: number, error: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error, error_description: `refused: ${error}` }),
  }
}

async function read(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
