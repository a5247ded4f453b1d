import type { Requirement } from './requirement.ts'

/** Ports, routes, headers and bodies. */
export const http: readonly Requirement[] = [
  // HTTP edge
  {
    id: 'EDGE-1',
    behaviour:
      'Routes match exact before longest prefix before regex, then method, headers, query; prefixes match whole segments',
    source: 'Gateway API HTTPRouteMatch',
  },
  {
    id: 'EDGE-2',
    behaviour:
      'The cost of finding a route by exact path or prefix does not grow with the number of routes',
    source: 'ARCHITECTURE.md',
  },
  {
    id: 'EDGE-3',
    behaviour: 'A CORS preflight is answered before authentication',
    source: 'Fetch, CORS-preflight request',
  },
  {
    id: 'EDGE-4',
    behaviour:
      'With a `cors` policy `Mcp-Session-Id` and `WWW-Authenticate` are exposed and the MCP request headers allowed',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'EDGE-5',
    behaviour: 'On loopback listeners a foreign Host is refused with 403 (DNS rebinding)',
    source: 'MCP 2025-11-25 transports, Security Warning',
  },
  {
    id: 'EDGE-6',
    behaviour:
      "A foreign Origin is refused with 403 unless the route's `cors` allows it; a plain service without authentication looks after itself",
    source: 'MCP 2025-11-25 transports, Security Warning',
  },
  {
    id: 'EDGE-7',
    behaviour: 'A body above the limit is answered 413, whether its length is announced or not',
    source: 'RFC 9110 §15.5.14',
  },
  {
    id: 'EDGE-8',
    behaviour: 'A client that sends its header or body too slowly is cut off',
    source: 'docs/operations.md',
  },
  {
    id: 'EDGE-9',
    behaviour: 'Hop-by-hop fields, also those that Connection names, are not forwarded',
    source: 'RFC 9110 §7.6.1',
  },
  {
    id: 'EDGE-10',
    behaviour:
      'Ambiguous message lengths (Transfer-Encoding with Content-Length, repeated Content-Length) never reach a backend',
    source: 'RFC 9112 §6.3',
  },
  {
    id: 'EDGE-11',
    behaviour: 'A client that goes away cancels the work upstream',
    source: 'docs/operations.md',
  },
  {
    id: 'EDGE-12',
    behaviour: 'X-Forwarded-* is believed only from `trustedProxies`',
    source: 'SECURITY.md',
  },
  {
    id: 'EDGE-13',
    behaviour: 'No request header chooses where a request or a token is sent',
    source: 'SECURITY.md',
  },
  {
    id: 'EDGE-14',
    behaviour: 'An upgrade (WebSocket) is answered 501',
    source: 'RFC 9110 §7.8',
  },
  {
    id: 'EDGE-15',
    behaviour:
      'A request that no route matches is answered 404; below the OAuth well-known paths as JSON with CORS',
    source: 'RFC 9728 §3',
  },
  {
    id: 'EDGE-16',
    behaviour: 'A plain HTTP backend gets and returns bodies as streams, under the same policies',
    source: 'docs/configuration.md',
  },
  {
    id: 'EDGE-17',
    behaviour:
      'Outbound requests have a deadline and a size limit and follow no redirect to another origin',
    source: 'SECURITY.md',
  },
  {
    id: 'EDGE-18',
    behaviour: 'A URL that a client can choose never reaches a private address',
    source: 'SECURITY.md',
  },
  {
    id: 'EDGE-19',
    behaviour:
      'A route can send clients elsewhere, with a new scheme, host, port or path, after its policies let them through',
    source: 'Gateway API HTTPRequestRedirectFilter',
  },
  {
    id: 'EDGE-20',
    behaviour:
      'Backends get path, Host and headers as the route rewrites them, and then as its policies for the one backend do',
    source: 'Gateway API HTTPURLRewriteFilter',
  },
  {
    id: 'EDGE-21',
    behaviour:
      'A backend is met over TLS with the authorities, the name and the client certificate that its policy names, and not at all when its certificate is another',
    source: 'docs/configuration.md',
  },
]
