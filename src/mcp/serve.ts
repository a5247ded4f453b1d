import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from './call.ts'
import type { Client } from './client.ts'
import { eraOf } from './eras.ts'
import { type LegacyContext, serveEndSession, serveLegacyCall, serveListen } from './legacy.ts'

/** Serves a POSTed call in its own era. */
export function serveCall(context: LegacyContext, call: Call, client: Client): void {
  if (call.era === 'modern') context.server.modern(call, client)
  else serveLegacyCall(context, call, client)
}

/**
 * Serves a request without a message. GET and DELETE exist in the legacy era only
 * (spec 2026-07-28, streamable-http#earlier-streamable-http-revisions).
 */
export function serveBodyless(
  context: LegacyContext,
  method: string,
  headers: IncomingHttpHeaders,
  client: Client,
): void {
  const { unsessioned } = context.server
  if (context.stateful && unsessioned !== undefined && headers['mcp-session-id'] === undefined) {
    if (method === 'GET' || method === 'HEAD') {
      unsessioned(method, client)
      return
    }
  }
  const version = headers['mcp-protocol-version']
  const modern = typeof version === 'string' && eraOf(version) === 'modern'
  if (!modern && method === 'GET') serveListen(context, headers, client)
  else if (!modern && method === 'DELETE') serveEndSession(context, headers, client)
  else
    client.fail({
      kind: 'method_not_allowed',
      detail: `${method} is not defined for the MCP endpoint${modern ? ` in revision ${version}` : ''}`,
    })
}
