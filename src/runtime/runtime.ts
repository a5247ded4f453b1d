import type { AuthenticatorDeps } from '../auth/authenticator.ts'
import { createAuthenticator } from '../auth/authenticator.ts'
import { createAuthorizationServer } from '../authserver/authorization-server.ts'
import { callbackIssuer } from '../authserver/callback.ts'
import { fingerprint } from '../config/fingerprint.ts'
import type {
  Authentication,
  Bind,
  Listener,
  Route,
  Snapshot,
  UpstreamTls,
} from '../config/snapshot.ts'
import { createCallbackRoute } from '../http/callback-route.ts'
import { createOwnEndpoints, isPassthrough } from '../http/endpoints.ts'
import { createPeerReader } from '../http/forwarded.ts'
import type { ServedBind, ServedListener } from '../http/gate.ts'
import { createHostTable } from '../http/host-table.ts'
import { createProxy } from '../http/proxy.ts'
import { protections } from '../http/public-url.ts'
import { createRedirect } from '../http/redirect.ts'
import type { Recorder } from '../http/request-record.ts'
import { createRouter } from '../http/router.ts'
import type { ServedRoute } from '../http/served-route.ts'
import { targetDocuments } from '../http/target-documents.ts'
import type { Upstreams, UpstreamsFor } from '../http/upstream.ts'
import { BY_CLIENT, PERMIT_ALL } from '../mcp/decisions.ts'
import type { Sessions } from '../mcp/sessions.ts'
import { type ServedSessions, shareSessions } from '../mcp/shared-sessions.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { createProviderMetadata, type ProviderMetadata } from '../providers/discovery.ts'
import type { Fetch } from '../providers/fetch.ts'
import type { ProviderProfile } from '../providers/profile.ts'
import type { Sealer } from '../seal/seal.ts'
import { openStore, type Store } from '../store/store.ts'
import { createHandles, type Handles, type ReadonlyHandles } from './handles.ts'
import { serveMcpBackend } from './mcp-backend.ts'
import { servePolicies } from './policies.ts'

/** A snapshot plus the live things that it needs. A request holds on to one from start to end. */
export type Runtime = {
  readonly snapshot: Snapshot
  /** By address and port, see `bindKey`. */
  readonly binds: ReadonlyMap<string, ServedBind>
  /** What does not work although requests are served. */
  notReady(): readonly { readonly what: string; readonly reason: string }[]
  /** For `buildRuntime` of the next snapshot. */
  readonly handles: Handles & ReadonlyHandles
}

/** What all runtimes of one process share. */
export type ProcessParts = {
  readonly fetch: Fetch
  readonly upstreams: Upstreams
  /** For backends that are met in a way of their own. */
  readonly openUpstreams: (tls: UpstreamTls) => Upstreams
  readonly sealer: Sealer
  readonly sessions: Sessions
  readonly log: Log
  readonly metrics: Metrics
  readonly recorder: Recorder
  readonly environment: NodeJS.ProcessEnv
  readonly now: () => number
}

export function bindKey({ address, port }: Pick<Bind, 'address' | 'port'>): string {
  return `${address ?? '*'}:${port}`
}

/**
 * Brings a snapshot to life. Handles whose piece of configuration has not changed are taken over from
 * the previous runtime: key sets, verified tokens, connections, child processes and sessions survive.
 * Opens no port and contacts nobody.
 */
export function buildRuntime(
  snapshot: Snapshot,
  previous: Runtime | undefined,
  ofProcess: ProcessParts,
): Runtime {
  const handles = createHandles(previous?.handles)
  const routes = new Map<string, ServedRoute>()
  const { settings } = snapshot
  const parts = withStore(ofProcess, settings, handles)
  const peer = createPeerReader(settings.trustedProxies)

  const serveListener = (listener: Listener): ServedListener => {
    const served = listener.routes.map(route => {
      const known = routes.get(route.id) ?? serveRoute(route, snapshot, handles, parts)
      routes.set(route.id, known)
      return { route, value: known }
    })
    return {
      listener,
      router: createRouter(served),
      endpoints: createOwnEndpoints(listener.routes),
      routes,
      callback: createCallbackRoute(
        served.map(({ value }) => value),
        query => callbackIssuer(parts.sealer, query),
      ),
    }
  }
  const binds = snapshot.binds.map((bind): [string, ServedBind] => [
    bindKey(bind),
    {
      listeners: createHostTable(
        bind.listeners.map(listener => [listener.hostname, serveListener(listener)]),
      ),
      maxBodyBytes: settings.maxBodyBytes,
      peer,
      recorder: parts.recorder,
      fault: error => parts.log.error({ error }, 'a request failed in the gateway'),
    },
  ])

  return {
    snapshot,
    binds: new Map(binds),
    handles,
    notReady: () => [...routes.values()].flatMap(routeProblems),
  }
}

/** What all routes of one runtime share: that of the process, and the store of the configuration, if it has one. */
type RuntimeParts = Omit<ProcessParts, 'sessions'> & {
  readonly sessions: ServedSessions
  readonly store: Store | undefined
}

function withStore(
  parts: ProcessParts,
  { store: configured, sessionIdleMs }: Snapshot['settings'],
  handles: Handles,
): RuntimeParts {
  if (configured === undefined) return { ...parts, store: undefined }
  const { url } = configured
  const store = handles.use(`store ${fingerprint(url)}`, () => openStore(url, parts.log))
  const sessions = shareSessions(parts.sessions, store.lives, sessionIdleMs, Date.now)
  return { ...parts, store, sessions }
}

function routeProblems({
  route,
  authenticator,
  serves,
}: ServedRoute): { what: string; reason: string }[] {
  const problems = [
    authenticator?.ready(),
    serves.kind === 'mcp' ? serves.context.server.notReady() : undefined,
  ]
  return problems
    .filter(reason => reason !== undefined)
    .map(reason => ({ what: `route ${route.id}`, reason }))
}

function serveRoute(
  route: Route,
  snapshot: Snapshot,
  handles: Handles,
  parts: RuntimeParts,
): ServedRoute {
  const { authentication } = route
  return {
    route,
    protections: authentication === undefined ? new Map() : protections(route, authentication),
    ...protect(route, authentication, handles, parts),
    policies: servePolicies(route, snapshot.settings, handles, parts),
    targetDocument: isPassthrough(route) ? targetDocuments(route, parts) : undefined,
    serves: serveBackend(route, snapshot, handles, parts),
  }
}

function serveBackend(
  route: Route,
  snapshot: Snapshot,
  handles: Handles,
  parts: RuntimeParts,
): ServedRoute['serves'] {
  const { backend } = route
  const upstreams = upstreamsFor(handles, parts)
  switch (backend.kind) {
    case 'refusing':
      return { kind: 'refusing', failure: { kind: backend.failure, detail: backend.detail } }
    case 'redirect':
      return { kind: 'redirect', redirect: createRedirect(backend) }
    case 'http':
      return { kind: 'http', proxy: createProxy(route, backend, upstreams) }
    case 'mcp': {
      const decisions = route.mcpAuthorization === undefined ? PERMIT_ALL : BY_CLIENT
      const server = serveMcpBackend(route, backend, snapshot, decisions, handles, {
        ...parts,
        upstreams,
      })
      const { sessions } = parts
      return {
        kind: 'mcp',
        context: { server, sessions, route: route.id, stateful: backend.stateful },
      }
    }
  }
}

/** Connections are shared by all backends that are met in the same way. */
function upstreamsFor(
  handles: Handles,
  parts: Pick<ProcessParts, 'upstreams' | 'openUpstreams'>,
): UpstreamsFor {
  return tls =>
    tls === undefined
      ? parts.upstreams
      : handles.use(`upstreams ${fingerprint(tls)}`, () => parts.openUpstreams(tls))
}

function protect(
  route: Route,
  authentication: Authentication | undefined,
  handles: Handles,
  parts: RuntimeParts,
): Pick<ServedRoute, 'authenticator' | 'authorizationServer'> {
  if (authentication === undefined)
    return { authenticator: undefined, authorizationServer: undefined }
  const { relay, ...policy } = authentication
  const metadata = (issuer: string, profile: ProviderProfile): ProviderMetadata =>
    handles.use(`metadata ${fingerprint([issuer, profile])}`, () => ({
      ...createProviderMetadata(issuer, profile, parts),
      close: () => undefined,
    }))
  const deps: AuthenticatorDeps = {
    ...parts,
    metrics: authMetrics(route.id, parts.metrics),
    metadata,
  }
  const authenticator = handles.use(`authenticator ${route.id} ${fingerprint(policy)}`, () =>
    createAuthenticator(authentication, deps),
  )
  if (relay === undefined) return { authenticator, authorizationServer: undefined }
  const authorizationServer = handles.use(
    `relay ${route.id} ${fingerprint([relay, policy, parts.store?.url])}`,
    () => ({
      ...createAuthorizationServer(relay, {
        ...parts,
        metadata: metadata(relay.issuer, relay.profile),
        audiences: authentication.issuers[0]?.audiences ?? [],
        shared: parts.store,
        forget: token => authenticator.forget(token),
      }),
      close: () => undefined,
    }),
  )
  return { authenticator, authorizationServer }
}

function authMetrics(route: string, metrics: Metrics): AuthenticatorDeps['metrics'] {
  const ok = metrics.authentications.of(route, 'ok')
  return {
    authentication: outcome =>
      (outcome === 'ok' ? ok : metrics.authentications.of(route, outcome)).add(),
    keySetFetch: (issuer, outcome) => metrics.keySetFetches.of(issuer, outcome).add(),
  }
}
