import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from './call.ts'
import type { Client } from './client.ts'
import { OWN_LEGACY_VERSION } from './eras.ts'
import type { CallFailure } from './failure.ts'
import type { McpServer } from './server.ts'
import type { Session, SessionParameters } from './session.ts'
import { UNKNOWN_SESSION } from './sessions.ts'
import type { ServedSessions } from './shared-sessions.ts'

/**
 * The legacy era (2025-11-25 and before) on the client's side: `initialize` opens a session, the rest
 * names it, and what can do without one may (spec 2025-11-25, basic/transports#session-management).
 */
export type LegacyContext = {
  readonly server: McpServer
  readonly sessions: ServedSessions
  /** Id of the route; sessions are bound to it. */
  readonly route: string
  /** False: clients get no sessions, and each request stands for itself. */
  readonly stateful: boolean
}

/** A POSTed message. */
export function serveLegacyCall(context: LegacyContext, call: Call, client: Client): void {
  const { server, sessions, route } = context
  if (!context.stateful) {
    serveOutsideSession(server, call, client)
    return
  }
  if (call.kind === 'request' && call.method === 'initialize') {
    const full = sessions.full(client.identity)
    if (full !== undefined) {
      client.fail(full)
      return
    }
    const parameters = sessionParameters(call)
    server.initialize(call, client, (targets, key) =>
      sessions.open(route, client.identity, targets, parameters, key),
    )
    return
  }
  if (call.session === undefined) {
    serveOutsideSession(server, call, client)
    return
  }
  withSession(context, call.session, client, session => server.inSession(call, session, client))
}

/** GET: the stream for what belongs to no request. */
export function serveListen(
  context: LegacyContext,
  headers: IncomingHttpHeaders,
  client: Client,
): void {
  bySession(context, headers, client, session =>
    context.server.listen(session, single(headers['last-event-id']), client),
  )
}

/** DELETE: the client is done with its session. */
export function serveEndSession(
  context: LegacyContext,
  headers: IncomingHttpHeaders,
  client: Client,
): void {
  bySession(context, headers, client, session => {
    const ending = context.sessions.end(session)
    // Only then may the client hear that it is done, because another replica may get its next request.
    if (ending instanceof Promise)
      void ending.then(() => context.server.endSession(session, client))
    else context.server.endSession(session, client)
  })
}

function bySession(
  context: LegacyContext,
  headers: IncomingHttpHeaders,
  client: Client,
  serve: (session: Session) => void,
): void {
  const id = single(headers['mcp-session-id'])
  if (!context.stateful) client.fail(NO_SESSIONS)
  else if (id === undefined) client.fail(SESSION_REQUIRED)
  else withSession(context, id, client, serve)
}

function withSession(
  { sessions, route }: LegacyContext,
  id: string,
  client: Client,
  serve: (session: Session) => void,
): void {
  const answer = (session: Session | undefined): void => {
    if (session === undefined) client.fail(UNKNOWN_SESSION)
    else serve(session)
  }
  const found = sessions.find(id, route, client.identity)
  if (found instanceof Promise) void found.then(answer)
  else answer(found)
}

/** Requests that mean nothing outside a session: what they set up would be gone with the answer. */
const NEEDS_SESSION: ReadonlySet<string> = new Set([
  'resources/subscribe',
  'resources/unsubscribe',
  'logging/setLevel',
])

function serveOutsideSession(server: McpServer, call: Call, client: Client): void {
  if (call.kind === 'response' || NEEDS_SESSION.has(call.method)) client.fail(SESSION_REQUIRED)
  // There is no session that it could be about.
  else if (call.kind === 'notification')
    client.response.writeHead(202, { 'content-length': 0 }).end()
  else server.stateless(call, client)
}

const SESSION_REQUIRED: CallFailure = {
  kind: 'session_required',
  detail: 'Mcp-Session-Id is missing: this needs the session that initialize opens',
}

const NO_SESSIONS: CallFailure = {
  kind: 'method_not_allowed',
  detail: 'there are no sessions here, so there is no stream of one and nothing to end',
}

/** Bound of what a client may put into its own session id, in characters of JSON. */
const MAX_PARAMETERS = 2_000

function sessionParameters({ message: { params = {} } }: Call): SessionParameters {
  const { protocolVersion, capabilities = {}, clientInfo } = params
  const parameters: SessionParameters = {
    protocolVersion: typeof protocolVersion === 'string' ? protocolVersion : OWN_LEGACY_VERSION,
    capabilities,
    clientInfo,
  }
  if (JSON.stringify(parameters).length <= MAX_PARAMETERS) return parameters
  return {
    protocolVersion: parameters.protocolVersion.slice(0, 40),
    capabilities: {},
    clientInfo: undefined,
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
