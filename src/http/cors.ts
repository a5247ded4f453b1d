import type { IncomingMessage } from 'node:http'
import type { Cors } from '../config/snapshot.ts'

// What MCP clients send besides the safelisted headers; without these a browser never gets to a first call.
const requestHeaders: readonly string[] = [
  'authorization',
  'content-type',
  'accept',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
  'last-event-id',
  'traceparent',
  'tracestate',
  'baggage',
]
const mcpParameter = /^mcp-param-[a-z0-9-]+$/
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const exposedHeaders: readonly string[] = ['Mcp-Session-Id', 'WWW-Authenticate']
const methods: readonly string[] = ['GET', 'POST', 'DELETE', 'OPTIONS']

/** What the gateway says itself where a route has a policy; the backend's own are dropped there, as two of a kind break both. */
export const corsResponseHeaders: readonly string[] = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
]

/** Of well-known documents and relay endpoints: every origin, no credentials. */
export const openCors: Cors = Object.freeze({
  allowOrigins: Object.freeze(['*']),
  allowMethods: Object.freeze(['GET', 'HEAD', 'POST', 'OPTIONS']),
  allowHeaders: Object.freeze(['*']),
  exposeHeaders: Object.freeze([]),
  allowCredentials: false,
  maxAgeSeconds: 86_400,
})

/**
 * The answer to a CORS preflight (Fetch standard, §3.3.5 «CORS-preflight request»), as a flat list of names and
 * values; undefined when the request is none. An origin that is not allowed gets no CORS header and the browser
 * does the refusing.
 */
export function preflight(
  cors: Cors,
  req: Pick<IncomingMessage, 'method' | 'headers'>,
): string[] | undefined {
  const { origin, 'access-control-request-method': method } = req.headers
  if (req.method !== 'OPTIONS' || origin === undefined || method === undefined) return undefined

  const headers = originHeaders(cors, origin)
  if (!corsAllows(cors, origin)) return headers
  const asked = requestedHeaders(req)
  headers.push(
    'access-control-allow-methods',
    cors.allowMethods.includes('*') && token.test(method) ? method : allowedMethods(cors),
    'access-control-allow-headers',
    // A literal * would leave out Authorization (Fetch standard, «CORS non-wildcard request-header name»).
    cors.allowHeaders.includes('*')
      ? union(asked, requestHeaders)
      : union(requestHeaders, cors.allowHeaders, asked.filter(isMcpParameter)),
  )
  if (cors.maxAgeSeconds !== undefined) {
    headers.push('access-control-max-age', String(cors.maxAgeSeconds))
  }
  return headers
}

/** CORS headers of an answer that is no preflight, as a flat list of names and values. */
export function responseHeaders(cors: Cors, origin: string | undefined): string[] {
  const headers = originHeaders(cors, origin)
  if (origin !== undefined && corsAllows(cors, origin)) {
    headers.push('access-control-expose-headers', union(exposedHeaders, cors.exposeHeaders))
  }
  return headers
}

/** True when the policy lets scripts of this origin read answers; `null` has to be listed, or everything be. */
export function corsAllows(cors: Cors, origin: string): boolean {
  return cors.allowOrigins.some(allowed => allowed === '*' || originFits(allowed, origin))
}

function originHeaders(cors: Cors, origin: string | undefined): string[] {
  // Credentials with * is a configuration error; if one got here, it must not echo every origin.
  if (cors.allowOrigins.includes('*')) return ['access-control-allow-origin', '*']
  if (origin === undefined || !corsAllows(cors, origin)) return ['vary', 'Origin']
  const headers = ['access-control-allow-origin', origin, 'vary', 'Origin']
  if (cors.allowCredentials) headers.push('access-control-allow-credentials', 'true')
  return headers
}

/** One star in a pattern stands for host labels or a port. */
function originFits(pattern: string, origin: string): boolean {
  const star = pattern.indexOf('*')
  if (star === -1) return pattern === origin
  const before = pattern.slice(0, star)
  const after = pattern.slice(star + 1)
  return (
    origin.length > before.length + after.length &&
    origin.startsWith(before) &&
    origin.endsWith(after) &&
    /^[a-z0-9.-]+$/.test(origin.slice(before.length, origin.length - after.length))
  )
}

function allowedMethods(cors: Cors): string {
  return union(cors.allowMethods.length === 0 ? methods : cors.allowMethods)
}

function requestedHeaders(req: Pick<IncomingMessage, 'headers'>): string[] {
  const asked = req.headers['access-control-request-headers']
  if (typeof asked !== 'string') return []
  return asked
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => token.test(name))
}

function isMcpParameter(name: string): boolean {
  return mcpParameter.test(name)
}

function union(...lists: readonly (readonly string[])[]): string {
  const names = new Map<string, string>()
  for (const name of lists.flat()) {
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name)
  }
  return [...names.values()].filter(name => name !== '*').join(', ')
}
