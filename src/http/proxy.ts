import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Secret } from '../config/secret.ts'
import type {
  Authentication,
  AuthorityRewrite,
  BackendAuth,
  HttpBackend,
  HttpHost,
  Route,
} from '../config/snapshot.ts'
import { acceptBody, declaredLength, hasBody, readBody } from './body.ts'
import { corsResponseHeaders } from './cors.ts'
import { forwardedHeaders, type Peer } from './forwarded.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import { type RelayHooks, ResponseRelay, type UpstreamFailure } from './relay.ts'
import { RequestBody } from './request-body.ts'
import { rewriteAuthority, rewritePath } from './rewrite.ts'
import type { RequestTarget } from './target.ts'
import type { Upstreams, UpstreamsFor } from './upstream.ts'

/** One request for an HTTP backend, after everything that could have refused it. */
export type ProxyRequest = {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly target: RequestTarget
  readonly peer: Peer
  /** Of the identity, for `backendAuth: passthrough`. */
  readonly token: Secret | undefined
  /** Headers that the gateway adds to the answer, CORS above all; a flat list of names and values. */
  readonly addHeaders: readonly string[]
  readonly onEnd?: (() => void) | undefined
  /** See `RelayHooks.onFailure`. */
  readonly onFailure: (failure: UpstreamFailure) => void
}

// A small body is read as a whole first: one write to the backend instead of a stream, a quarter of the cost of a request.
const wholeBodyBytes = 65_536
const wholeBodyMs = 300_000

/** A host of the backend with what is made for it once. */
type Host = Pick<HttpHost, 'origin' | 'weight' | 'auth'> & {
  readonly upstreams: Upstreams
  /** For TLS. */
  readonly servername: string
  readonly buildRequest: ReturnType<typeof requestHeaders>
  readonly buildResponse: ReturnType<typeof responseHeaders>
}

/** Sends requests of a route to its HTTP service and streams the answers back. Made once per route. */
export type Proxy = (request: ProxyRequest) => void

/**
 * `route.backend` is `backend`. The path goes on in the normal form that the route was matched by, or rewritten, the query as it
 * came (without the credential, where it is read from there). Bodies stream both ways; request trailers are dropped.
 * `random` gives numbers from 0 to 1, for weights.
 */
export function createProxy(
  route: Route,
  backend: HttpBackend,
  upstreams: UpstreamsFor,
  random: () => number = Math.random,
): Proxy {
  const { authentication, timeoutMs } = route
  const credential = authentication?.location
  const ownCors = route.cors === undefined ? [] : corsResponseHeaders
  const hosts = backend.hosts.map((host): Host => {
    const { origin, weight, auth, tls } = host
    const keeps = keepsAuthorization(authentication, auth, backend.hosts.length)
    return {
      origin,
      weight,
      auth,
      upstreams: upstreams(tls),
      servername: tls?.servername ?? new URL(origin).hostname,
      buildRequest: requestHeaders({
        authorization: keeps ? 'keep' : 'drop',
        drop: [
          ...(credential?.kind === 'header' ? [credential.name.toLowerCase()] : []),
          ...(authentication?.apiKeys === undefined ? [] : [authentication.apiKeys.header]),
          ...(auth.kind === 'key' ? [auth.header.toLowerCase()] : []),
        ],
        dropCookie: credential?.kind === 'cookie' ? credential.name : undefined,
        modifier: host.requestHeaders,
      }),
      buildResponse: responseHeaders(host.responseHeaders, ownCors),
    }
  })
  const pick = weighted(hosts, random)
  const { host: hostRewrite, path: pathRewrite } = backend

  const send = (request: ProxyRequest, host: Host, body: Buffer | RequestBody | null): void => {
    const { req, target, peer, addHeaders, onEnd, onFailure } = request
    const { origin, servername, buildRequest, buildResponse } = host
    const path = pathRewrite === undefined ? target.path : rewritePath(target.path, pathRewrite)
    const query =
      credential?.kind === 'query' ? withoutParameter(target.query, credential.name) : target.query
    const set = [...forwardedHeaders(peer, target.authority)]
    addCredential(set, authentication, host.auth, request.token)
    if (hostRewrite !== 'own') set.push('host', hostOf(target.authority, hostRewrite))
    // Without it a streamed body goes on in chunks.
    const length = req.headers['content-length']
    if (body instanceof RequestBody && length !== undefined) set.push('content-length', length)

    const hooks: RelayHooks = {
      headersFor: (status, headers) => buildResponse(status, headers, addHeaders),
      onEnd,
      onFailure,
    }
    host.upstreams.dispatch(
      origin,
      {
        path: query === '' ? path : `${path}?${query}`,
        method: req.method ?? 'GET',
        headers: buildRequest(req, set),
        body,
        // Else it would be the Host, whatever a client writes there.
        ...(hostRewrite === 'own' ? undefined : { servername }),
      },
      new ResponseRelay(request.res, hooks, timeoutMs),
    )
  }

  return request => {
    const { req, res, onFailure } = request
    const host = pick()
    if (host === undefined) {
      onFailure({ kind: 'overloaded', detail: `no host of route ${route.id} has a weight above 0` })
      return
    }
    if (!hasBody(req)) {
      send(request, host, null)
      return
    }
    const length = declaredLength(req)
    if (length === undefined || length > wholeBodyBytes) {
      acceptBody(req, res)
      send(request, host, new RequestBody(req))
      return
    }
    void readBody(req, res, wholeBodyBytes, wholeBodyMs).then(body => {
      if (typeof body !== 'string') {
        send(request, host, body)
        return
      }
      res.destroy()
      onFailure({ kind: 'client_gone', detail: `the request body did not arrive (${body})` })
    })
  }
}

/** A client's own credential goes on only where nothing here reads it, or the configuration says so. */
function keepsAuthorization(
  authentication: Authentication | undefined,
  auth: BackendAuth,
  hosts: number,
): boolean {
  if (authentication !== undefined) return false
  return auth.kind === 'passthrough' || (auth.kind === 'none' && hosts === 1)
}

function addCredential(
  set: string[],
  authentication: Authentication | undefined,
  auth: BackendAuth,
  token: Secret | undefined,
): void {
  if (auth.kind === 'key') set.push(auth.header, auth.prefix + auth.key.reveal())
  if (auth.kind === 'passthrough' && authentication !== undefined && token !== undefined) {
    set.push('authorization', `Bearer ${token.reveal()}`)
  }
}

function withoutParameter(query: string, name: string): string {
  return query
    .split('&')
    .filter(pair => !new URLSearchParams(pair).has(name))
    .join('&')
}

function hostOf(authority: string, rewrite: 'client' | AuthorityRewrite): string {
  if (rewrite === 'client') return authority
  const { host, port } = rewriteAuthority(authority, rewrite)
  return port === undefined ? host : `${host}:${port}`
}

/** Chooses a host by weight; undefined when no weight is above 0. */
function weighted(hosts: readonly Host[], random: () => number): () => Host | undefined {
  const usable = hosts.filter(({ weight }) => weight > 0)
  if (usable.length <= 1) return () => usable[0]
  const total = usable.reduce((sum, { weight }) => sum + weight, 0)
  return () => {
    let left = random() * total
    for (const host of usable) {
      left -= host.weight
      if (left < 0) return host
    }
    return usable.at(-1)
  }
}
