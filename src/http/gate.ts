import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type AuthFailure, isFailure } from '../auth/failure.ts'
import { anonymous, type Identity } from '../auth/identity.ts'
import type { Listener } from '../config/snapshot.ts'
import { readableId } from '../mcp/call.ts'
import { classify, isCallFailure } from '../mcp/classify.ts'
import type { Client, Judge, RequestFacts } from '../mcp/client.ts'
import { serveBodyless, serveCall } from '../mcp/serve.ts'
import { readBody } from './body.ts'
import type { CallbackRoute } from './callback-route.ts'
import { preflight, responseHeaders } from './cors.ts'
import type { OwnEndpoint, OwnEndpoints } from './endpoints.ts'
import type { Failure } from './failure.ts'
import { forwardedHeaders, type Peer } from './forwarded.ts'
import type { HostTable } from './host-table.ts'
import { hostAllowed, originAllowed } from './origin.ts'
import { serveOwnEndpoint, serveUnknownDocument } from './own-documents.ts'
import { type Protection, publicOrigin } from './public-url.ts'
import { failureText, type ReplyContext, replyFailure } from './reply.ts'
import type { Recorder, RequestRecord } from './request-record.ts'
import type { Router } from './router.ts'
import type { RoutePolicies, ServedRoute } from './served-route.ts'
import { type RequestTarget, requestTarget } from './target.ts'

/** One port, ready to serve; a request sees one of these from its first byte to its last. */
export type ServedBind = {
  readonly listeners: HostTable<ServedListener>
  readonly maxBodyBytes: number
  readonly peer: (req: IncomingMessage) => Peer
  readonly recorder: Recorder
  /** Told of faults: bugs and broken invariants, never of refusals. */
  readonly fault: (error: unknown) => void
}

export type ServedListener = {
  readonly listener: Listener
  readonly router: Router<ServedRoute>
  readonly endpoints: OwnEndpoints
  /** By route id, for own endpoints. */
  readonly routes: ReadonlyMap<string, ServedRoute>
  readonly callback: CallbackRoute
}

/** Failures that say nothing bad about who sent the request. */
const BLAMELESS: ReadonlySet<string> = new Set([
  'missing_token',
  'keys_unavailable',
  'too_many_failures',
])

/** How long a client may take for its body. */
const BODY_DEADLINE_MS = 60_000

/**
 * The path of every request, from top to bottom:
 *
 *     host? ─ own document or relay endpoint? ─ route? ─ origin? ─ preflight? ─ limits? ─ identity?
 *       ─ limits, rules? ─ body ─ call ─ limits, scopes? ─ serve
 *
 * A request that fails is answered at the first check that it fails, and authentication stands before
 * everything that looks at method, Accept, version or body, so that strangers learn nothing but how to
 * get a token.
 */
export async function gate(
  bind: ServedBind,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const record = bind.recorder.begin(req, res)
  try {
    await pass(bind, req, res, record)
  } catch (error) {
    bind.fault(error)
    refuse(res, record, { kind: 'internal_error', detail: 'the gateway failed; its log says why' })
  }
}

async function pass(
  bind: ServedBind,
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
): Promise<void> {
  const target = requestTarget(req)
  if (typeof target === 'string')
    return refuse(res, record, { kind: 'malformed_target', detail: target })
  const peer = bind.peer(req)
  record.address = peer.address
  record.path = target.path

  const served = bind.listeners.matching(target.host)[0]
  // Gateway API, HTTPRouteSpec "Hostnames": a host that no listener has is not found.
  if (served === undefined)
    return refuse(res, record, { kind: 'no_route', detail: strange(target.host) })
  if (!hostAllowed(served.listener, target))
    return refuse(res, record, { kind: 'unknown_host', detail: strange(target.host) })
  const own = served.endpoints.find(target.host, target.path)
  const ownRoute = own && routeOf(own, served, target.query)
  if (own !== undefined && ownRoute !== undefined) {
    record.route = ownRoute.route.id
    return serveOwnEndpoint(own, ownRoute, target, peer, req, res)
  }

  const match = served.router.match(
    target.host,
    req.method ?? '',
    target.path,
    target.query,
    req.headers,
  )
  if (!isPlain(match) && served.endpoints.isProbe(target.path))
    return serveUnknownDocument(req, res)
  if (match === undefined)
    return refuse(res, record, {
      kind: 'no_route',
      detail: `no route takes ${req.method} ${target.path}`,
    })
  const { route } = match
  record.route = route.id

  const { origin } = req.headers
  // Pages of a plain service post to it, after a `no-referrer` with the origin `null`; what comes of that is its own matter.
  const isPage = isPlain(match) && route.authentication === undefined
  if (!isPage && !originAllowed(origin, target, route)) {
    return refuse(res, record, {
      kind: 'foreign_origin',
      detail: `the origin ${origin} may not use this route; allow it in its cors policy`,
    })
  }
  const cors = route.cors === undefined ? NONE : responseHeaders(route.cors, origin)
  const preflighted = route.cors === undefined ? undefined : preflight(route.cors, req)
  if (preflighted !== undefined) {
    res.writeHead(204, preflighted).end()
    return
  }

  const { policies } = match
  const request: RequestFacts = {
    method: req.method ?? '',
    path: target.path,
    host: target.host,
    headers: req.headers,
    query: target.query,
    address: peer.address,
  }
  // Here and below: an await takes its turn in the queue for a plain value too, so only promises get one.
  const limiting = policies.address(request, res)
  const limited = limiting instanceof Promise ? await limiting : limiting
  if (limited !== undefined) return refuse(res, record, limited, { headers: cors })

  const protection = match.protections.get(publicOrigin(route, target))
  const identifying = identify(match, protection, request, req.socket)
  const identity = identifying instanceof Promise ? await identifying : identifying
  if (isFailure(identity)) {
    if (!BLAMELESS.has(identity.kind)) policies.failed(request)
    const scopes = policies.challengeScopes(request)
    const challenged = protection && { ...protection, ...(scopes && { scopes }) }
    return refuse(res, record, identity, {
      headers: cors,
      refusals: route.refusals,
      ...(challenged && { protection: challenged }),
    })
  }
  record.identity = identity
  const permitting = policies.request(identity, request, res)
  const forbidden = permitting instanceof Promise ? await permitting : permitting
  if (forbidden !== undefined)
    return refuse(res, record, forbidden, {
      headers: cors,
      refusals: route.refusals,
      ...(protection && { protection }),
    })

  if (match.serves.kind === 'refusing') {
    return refuse(res, record, match.serves.failure, { headers: cors })
  }
  if (match.serves.kind === 'redirect') {
    const { status, location } = match.serves.redirect
    const headers = ['location', location(target, peer), 'content-length', '0', ...cors]
    res.writeHead(status, headers).end()
    return
  }
  if (match.serves.kind === 'http') {
    const { token } = identity
    match.serves.proxy({
      req,
      res,
      target,
      peer,
      token,
      addHeaders: cors,
      onFailure: ({ kind, detail }) =>
        refuse(res, record, edgeFailure(kind, detail), { headers: cors }),
    })
    return
  }
  for (let i = 0; i < cors.length; i += 2) res.setHeader(cors[i] ?? '', cors[i + 1] ?? '')
  const client = new GateClient(
    req,
    res,
    record,
    identity,
    request,
    policies,
    peer,
    target,
    protection,
  )
  await serveMcp(match.serves.context, policies, bind.maxBodyBytes, client)
}

function strange(host: string): string {
  return host === ''
    ? 'the request names no host, and no listener of this port does without'
    : `no listener of this port serves the host ${host}`
}

/** Whether what is asked for is no matter of MCP. */
function isPlain(match: ServedRoute | undefined): boolean {
  return match?.serves.kind === 'http' || match?.serves.kind === 'redirect'
}

/** The route that an endpoint of the gateway belongs to. */
function routeOf(
  { route, serves }: OwnEndpoint,
  served: ServedListener,
  query: string,
): ServedRoute | undefined {
  const isCallback = serves.kind === 'relay' && serves.endpoint === 'callback'
  return (isCallback ? served.callback(query) : undefined) ?? served.routes.get(route.id)
}

async function serveMcp(
  context: Parameters<typeof serveCall>[0],
  policies: RoutePolicies,
  maxBodyBytes: number,
  client: GateClient,
): Promise<void> {
  const { req, response, record } = client
  if (req.method !== 'POST') return serveBodyless(context, req.method ?? '', req.headers, client)
  const body = await readBody(req, response, maxBodyBytes, BODY_DEADLINE_MS)
  if (typeof body === 'string') {
    if (body !== 'aborted') client.fail(BODY_FAILURES[body](maxBodyBytes))
    return
  }
  const call = classify(req.headers, body)
  if (isCallFailure(call)) {
    client.text = body.toString('utf8')
    return client.fail(call)
  }
  client.text = call.text
  record.call = call
  const judging = policies.call(call, client)
  const refused = judging instanceof Promise ? await judging : judging
  if (refused !== undefined) return client.fail(refused)
  serveCall(context, call, client)
}

function identify(
  { authenticator, policies }: ServedRoute,
  protection: Protection | undefined,
  request: RequestFacts,
  connection: Socket,
): ReturnType<NonNullable<ServedRoute['authenticator']>['authenticate']> {
  if (authenticator === undefined || protection === undefined) return anonymous
  if (policies.exempt?.(request) === true) return anonymous
  const { headers, query } = request
  const untried = (): AuthFailure | undefined => policies.untried(request)
  return authenticator.authenticate({ headers, query, connection, untried }, protection.resource)
}

/** The client's side of an MCP request. A class, because one is made for every request. */
class GateClient implements Client {
  readonly req: IncomingMessage
  readonly response: ServerResponse
  readonly record: RequestRecord
  readonly identity: Identity
  readonly request: RequestFacts
  readonly forwarded: readonly string[]
  readonly #protection: Protection | undefined
  readonly #policies: RoutePolicies
  #judge: Judge | undefined
  /** Of the body, once it is known. */
  text = ''

  constructor(
    req: IncomingMessage,
    response: ServerResponse,
    record: RequestRecord,
    identity: Identity,
    request: RequestFacts,
    policies: RoutePolicies,
    peer: Peer,
    target: RequestTarget,
    protection: Protection | undefined,
  ) {
    this.req = req
    this.response = response
    this.record = record
    this.identity = identity
    this.request = request
    this.#policies = policies
    this.#protection = protection
    this.forwarded = forwardedHeaders(peer, target.authority)
  }

  get judge(): Judge {
    this.#judge ??= this.#policies.judge(this)
    return this.#judge
  }

  reaches(target: string): void {
    const { record } = this
    record.target = record.target === undefined || record.target === target ? target : ''
  }

  streaming(): void {
    const { record } = this
    if (record.isStream) return
    record.isStream = true
    record.streams.add()
  }

  fail(failure: Failure): void {
    refuse(this.response, this.record, failure, {
      id: this.#id(),
      ...(this.#protection && { protection: this.#protection }),
    })
  }

  errorText(failure: Failure, id = this.#id()): string {
    noteFailure(this.record, failure)
    return failureText(failure, id)
  }

  #id(): string | undefined {
    return this.text === '' ? undefined : readableId(this.text)
  }
}

function refuse(
  res: ServerResponse,
  record: RequestRecord,
  failure: Failure,
  context?: ReplyContext,
): void {
  noteFailure(record, failure)
  if (!('answered' in failure)) replyFailure(res, failure, context)
}

function noteFailure(record: RequestRecord, failure: Failure): void {
  record.reason ??= failure.kind
  if ('rule' in failure) record.rule ??= failure.rule
}

const BODY_FAILURES = {
  too_large: (max: number): Failure => ({
    kind: 'body_too_large',
    detail: `the body is larger than ${max} bytes`,
  }),
  timeout: (): Failure => ({
    kind: 'body_too_slow',
    detail: `the body did not arrive within ${BODY_DEADLINE_MS / 1000} s`,
  }),
}

const NONE: readonly string[] = Object.freeze([])

function edgeFailure(
  kind: 'unreachable' | 'invalid_response' | 'timeout' | 'overloaded' | 'client_gone',
  detail: string,
): Failure {
  return { kind: UPSTREAM_KINDS[kind], detail: UPSTREAM_TEXTS[kind] ?? detail }
}

const UPSTREAM_KINDS = {
  unreachable: 'target_unavailable',
  invalid_response: 'target_failed',
  timeout: 'timeout',
  overloaded: 'target_unavailable',
  client_gone: 'target_failed',
} as const

/** The detail of an upstream failure may name inner addresses, so strangers get these. */
const UPSTREAM_TEXTS: Readonly<Record<keyof typeof UPSTREAM_KINDS, string>> = {
  unreachable: 'the service behind this route cannot be reached',
  invalid_response: 'the service behind this route did not answer with valid HTTP',
  timeout: 'the service behind this route did not answer in time',
  overloaded: 'the service behind this route has no free connection',
  client_gone: 'the client is gone',
}
