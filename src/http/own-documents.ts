import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from './body.ts'
import { openCors, preflight, responseHeaders } from './cors.ts'
import type { OwnEndpoint } from './endpoints.ts'
import type { Peer } from './forwarded.ts'
import { issuerUrl, publicOrigin } from './public-url.ts'
import type { ServedRoute } from './served-route.ts'
import type { RequestTarget } from './target.ts'

/** Bound of a registration or token request. */
const MAX_BODY = 64 * 1024
const BODY_DEADLINE_MS = 20_000
const UNREAD = {
  too_large: [413, `a request to this endpoint has at most ${MAX_BODY} bytes`],
  timeout: [408, `the request took longer than ${BODY_DEADLINE_MS / 1000} seconds to arrive`],
  aborted: [400, 'the request ended before its body did'],
} as const
const NOT_KEPT = ['cache-control', 'no-store'] as const
const READ_ONLY = ['allow', 'GET, HEAD, OPTIONS'] as const

/**
 * Answers what the gateway answers by itself. Documents are for everybody: they are served whatever
 * Authorization, Accept or User-Agent comes along, to pages of any origin (real clients send dead tokens
 * to them, RFC 9728 §3.1).
 */
export async function serveOwnEndpoint(
  { serves }: OwnEndpoint,
  served: ServedRoute,
  target: RequestTarget,
  peer: Peer,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const allowed = preflight(openCors, req)
  if (allowed !== undefined) {
    res.writeHead(204, allowed).end()
    return
  }
  switch (serves.kind) {
    case 'protected-resource': {
      const origin = publicOrigin(served.route, target)
      return sendDocument(req, res, 200, served.protections.get(origin)?.document ?? '{}')
    }
    case 'passthrough':
      return servePassthrough(serves, served, req, res)
    case 'relay':
      return serveRelay(serves, served, target, peer, req, res)
  }
}

/** A well-known document that does not exist: clients try several and must be able to read the refusal. */
export function serveUnknownDocument(req: IncomingMessage, res: ServerResponse): void {
  const allowed = preflight(openCors, req)
  if (allowed !== undefined) {
    res.writeHead(204, allowed).end()
    return
  }
  sendDocument(req, res, 404, oauthError('not_found', 'there is no such document here'))
}

function sendDocument(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  body: string,
): void {
  if (req.method === 'OPTIONS') {
    res.writeHead(204, [...responseHeaders(openCors, req.headers.origin), ...READ_ONLY]).end()
  } else if (req.method === 'GET' || req.method === 'HEAD') {
    sendJson(req, res, status, body, ['cache-control', 'no-cache'])
  } else {
    const error = `this document can only be read: ${READ_ONLY[1]}`
    sendJson(req, res, 405, oauthError('method_not_allowed', error), READ_ONLY)
  }
}

function sendJson(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  body: string,
  more: readonly string[],
): void {
  res.writeHead(status, [
    ...responseHeaders(openCors, req.headers.origin),
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    ...more,
  ])
  res.end(req.method === 'HEAD' ? undefined : body)
}

function oauthError(error: string, error_description: string): string {
  return JSON.stringify({ error, error_description })
}

async function serveRelay(
  { endpoint, issuerPath }: Extract<OwnEndpoint['serves'], { kind: 'relay' }>,
  served: ServedRoute,
  target: RequestTarget,
  peer: Peer,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const origin = publicOrigin(served.route, target)
  const protection = served.protections.get(origin)
  if (served.authorizationServer === undefined || protection === undefined)
    return serveUnknownDocument(req, res)
  const body = await readBody(req, res, MAX_BODY, BODY_DEADLINE_MS)
  if (typeof body === 'string') {
    const [status, wrong] = UNREAD[body]
    return sendJson(req, res, status, oauthError('invalid_request', wrong), NOT_KEPT)
  }
  const answer = await served.authorizationServer.handle(endpoint, {
    method: req.method ?? 'GET',
    issuer: issuerUrl(origin, issuerPath),
    origin,
    resource: protection.resource,
    scopes: served.route.authentication?.scopes ?? [],
    query: target.query,
    headers: req.headers,
    body: body.toString('utf8'),
    address: peer.address,
  })
  for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value)
  res.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body) })
  res.end(req.method === 'HEAD' ? undefined : answer.body)
}

/** The target's own document, for a route that leaves authentication to its target (RFC 9728 §3.1). */
async function servePassthrough(
  { document, root }: Extract<OwnEndpoint['serves'], { kind: 'passthrough' }>,
  served: ServedRoute,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const answer = await served.targetDocument?.(document, root)
  if (answer === undefined) return serveUnknownDocument(req, res)
  sendDocument(req, res, answer.status, answer.body)
}
