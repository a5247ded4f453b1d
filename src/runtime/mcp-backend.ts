import { fingerprint } from '../config/fingerprint.ts'
import type { McpBackend, Route, Snapshot, Target as TargetConfig } from '../config/snapshot.ts'
import { isPassthrough } from '../http/endpoints.ts'
import { createTargetSender } from '../http/target-exchange.ts'
import type { Upstreams, UpstreamsFor } from '../http/upstream.ts'
import type { Decisions } from '../mcp/decisions.ts'
import { createDirect } from '../mcp/federation/direct.ts'
import { createFederation } from '../mcp/federation/federation.ts'
import { createHealth } from '../mcp/federation/health.ts'
import { namingOf } from '../mcp/federation/names.ts'
import { createOtherEra } from '../mcp/federation/other-era.ts'
import { createSelects } from '../mcp/federation/selection.ts'
import type { McpServer } from '../mcp/server.ts'
import type { Target } from '../mcp/target.ts'
import { createHttpLink, type HttpLink } from '../mcp/transports/http-link.ts'
import { type BytePath, createHttpServer } from '../mcp/transports/http-server.ts'
import { createHttpSessions } from '../mcp/transports/http-sessions.ts'
import { createHttpTarget } from '../mcp/transports/http-target.ts'
import { createLaneTarget } from '../mcp/transports/lane-target.ts'
import { createRestart } from '../mcp/transports/restart.ts'
import { createSseChannels } from '../mcp/transports/sse-channel.ts'
import { createStdioChannels } from '../mcp/transports/stdio-channel.ts'
import type { Log } from '../observe/log.ts'
import type { Sealer } from '../seal/seal.ts'
import type { Handles } from './handles.ts'

/** Silence on a stream after which a comment is sent: well below the idle limits of usual proxies. */
const KEEP_ALIVE_MS = 15_000
/** For one of several answers that make up the one that a client waits for. */
const DEADLINE_MS = 15_000
const LANE_LIMITS = { total: 1_000, perIdentity: 100 }

/** What a backend needs of the process. */
export type BackendParts = {
  readonly upstreams: UpstreamsFor
  readonly sealer: Sealer
  readonly log: Log
  readonly environment: NodeJS.ProcessEnv
  readonly now: () => number
}

type TargetParts = Omit<BackendParts, 'upstreams'> & { readonly upstreams: Upstreams }

/** A target, and the way past it on which bytes pass unread. */
type Served = {
  readonly target: Target
  readonly bytes: BytePath | undefined
  close(): Promise<void>
}

/**
 * Brings the MCP backend of a route to life: one target, or several that look like one. Each target is a
 * handle of its own, so that a change of one, or of the rules, leaves the processes of the others alone.
 *
 * @param decisions made of the route's `mcpAuthorization` and of nothing else
 */
export function serveMcpBackend(
  route: Route,
  backend: McpBackend,
  { settings }: Snapshot,
  decisions: Decisions,
  handles: Handles,
  parts: BackendParts,
): McpServer {
  const { sessionIdleMs: idleMs, sessionMaxMs: maxMs } = settings
  const http = [
    route.timeoutMs,
    route.responseHeaders,
    route.cors,
    route.authentication?.location,
    route.authentication?.apiKeys?.header,
  ]
  const around = [...http, isPassthrough(route), idleMs, maxMs]
  const alone = backend.targets.length === 1
  const served = backend.targets.map(target => {
    // Before the handle, which may be an old one that goes on using them.
    const upstreams = parts.upstreams(target.tls)
    return handles.use(`target ${route.id} ${fingerprint([target, alone, ...around])}`, () =>
      serveTarget(route, target, idleMs, alone, { ...parts, upstreams }),
    )
  })
  return handles.use(
    `backend ${route.id} ${fingerprint([backend, route.mcpAuthorization, ...around])}`,
    () => federate(route, backend, settings, served, decisions, parts),
  )
}

function federate(
  route: Route,
  backend: McpBackend,
  settings: Snapshot['settings'],
  served: readonly Served[],
  decisions: Decisions,
  parts: BackendParts,
): McpServer {
  const { prefixMode, targets: configs } = backend
  const naming = namingOf(prefixMode, configs.length)
  const selections = configs.flatMap(({ name, tools }) =>
    tools === undefined ? [] : [[name, tools] as const],
  )
  const messages = createFederation({
    targets: served.map(({ target }) => target),
    naming,
    plain: configs.length === 1 && !naming.names && !naming.uris,
    failClosed: backend.failureMode === 'failClosed',
    deadlineMs: route.timeoutMs ?? DEADLINE_MS,
    health: createHealth(backend.failureMode === 'failOpen', parts.now),
    otherEra: createOtherEra(parts.log),
    decisions,
    selects: createSelects(new Map(selections)),
    selectsAll: selections.length === 0,
    keepsLists: !isPassthrough(route),
    sealer: parts.sealer,
    log: parts.log,
    now: parts.now,
    route: route.id,
    anonymousShared: backend.anonymousSessions === 'shared',
    idleMs: settings.sessionIdleMs,
    maxMs: settings.sessionMaxMs,
    keepAliveMs: KEEP_ALIVE_MS,
  })
  const [only] = served
  return only?.bytes !== undefined &&
    prefixMode === 'conditional' &&
    selections.length === 0 &&
    configs.length === 1
    ? createDirect(only.target.name, only.bytes, messages, decisions)
    : messages
}

function serveTarget(
  route: Route,
  config: TargetConfig,
  idleMs: number,
  alone: boolean,
  parts: TargetParts,
): Served {
  const { log, now, environment } = parts
  const { name: target, transport } = config
  const lanes = { target, log, now, idleMs, limits: LANE_LIMITS, alone }
  switch (transport.kind) {
    case 'stdio': {
      const open = createStdioChannels(target, transport, environment, log)
      const restart = createRestart(now)
      const lane = createLaneTarget({ ...lanes, open, restart, modernEra: 'ask' })
      return { target: lane, bytes: undefined, close: lane.close }
    }
    case 'sse': {
      const link = linkTo(route, config, parts)
      const open = createSseChannels(transport.url, link)
      const lane = createLaneTarget({ ...lanes, open, restart: undefined, modernEra: 'never' })
      return { target: lane, bytes: undefined, close: lane.close }
    }
    case 'http': {
      const { url } = transport
      const link = linkTo(route, config, parts)
      const sessions = createHttpSessions(target, url, link)
      return {
        target: createHttpTarget({ target, url, link, sessions }),
        bytes: createHttpServer({
          target,
          url,
          link,
          sessions,
          passthrough: isPassthrough(route),
        }),
        close: () => Promise.resolve(),
      }
    }
  }
}

function linkTo(route: Route, target: TargetConfig, parts: TargetParts): HttpLink {
  return createHttpLink({
    target: target.name,
    auth: target.auth,
    passthrough: isPassthrough(route),
    send: createTargetSender({
      upstreams: parts.upstreams,
      requestHeaders: target.requestHeaders,
      responseHeaders: route.responseHeaders,
      ownCors: route.cors !== undefined,
      location: route.authentication?.location,
      keyHeader: route.authentication?.apiKeys?.header,
      timeoutMs: route.timeoutMs,
      keepAliveMs: KEEP_ALIVE_MS,
    }),
    log: parts.log,
  })
}
