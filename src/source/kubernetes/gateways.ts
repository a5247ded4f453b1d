import type { BindResource, ListenerResource } from '../../config/resource.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import { CONTROLLER } from './controller.ts'
import type { Gateway, GatewayClass, HTTPRoute, ListenerSpec } from './gateway-api.ts'
import { certificateOf } from './listener-certificate.ts'
import { conflictWithin, createClaims } from './listener-conflicts.ts'
import { nameOf, titleOf } from './object.ts'
import { placed } from './placed.ts'

/** One listener of a Gateway that is ours. */
export type ListenerState = {
  readonly gateway: Gateway
  readonly spec: ListenerSpec
  /** Key of the resource. */
  readonly key: string
  /** Undefined: it cannot be served, and `verdicts` says why. */
  readonly resource: ListenerResource | undefined
  readonly verdicts: readonly Verdict[]
  /** Routes that hang on it. */
  readonly routes: Set<HTTPRoute>
}

/** Whether an object of this class is for us. */
export function createClassFilter(
  cluster: Cluster,
  named: readonly string[],
): (className: string) => boolean {
  const own = cluster
    .all<GatewayClass>('GatewayClass')
    .filter(({ spec }) => spec?.controllerName === CONTROLLER)
    .map(({ metadata }) => metadata.name)
  const names = new Set([...named, ...own])
  return name => names.has(name)
}

/**
 * Listeners of all Gateways, the oldest Gateway first. All of them share the ports of one process, so two that want
 * the same hosts on one port exclude each other: within a Gateway none is served, of two Gateways the older one's is.
 *
 * @param blamed what the configuration says is wrong with a Gateway, by its title
 * @param unavailable ports that could not be opened, and why: their listeners are asked for again and again
 */
export function translateListeners(
  cluster: Cluster,
  gateways: readonly Gateway[],
  blamed: ReadonlyMap<string, string>,
  unavailable: ReadonlyMap<number, string> = new Map(),
): readonly ListenerState[] {
  const claims = createClaims()
  return gateways.flatMap(gateway =>
    (gateway.spec?.listeners ?? []).map((spec, index): ListenerState => {
      const key = `${nameOf(gateway)}/${spec.name}`
      const state = (verdicts: readonly Verdict[], resource?: ListenerResource): ListenerState => ({
        gateway,
        spec,
        key,
        resource,
        verdicts,
        routes: new Set(),
      })
      const problem = blamed.get(titleOf(gateway))
      if (problem !== undefined) return state(refused('Accepted', 'Invalid', problem))
      const protocol = PROTOCOLS[spec.protocol]
      if (protocol === undefined) {
        const message = `${spec.protocol} is not supported, only HTTP and HTTPS`
        return state(refused('Accepted', 'UnsupportedProtocol', message))
      }
      const conflict =
        conflictWithin(gateway.spec?.listeners ?? [], spec) ?? claims.claim(spec, key)
      if (conflict !== undefined) {
        return state(refused('Conflicted', conflict.reason, conflict.message))
      }
      const tls = protocol === 'HTTPS' ? certificateOf(cluster, gateway, spec) : undefined
      if (tls !== undefined && 'reason' in tls) {
        return state(refused('ResolvedRefs', tls.reason, tls.message))
      }
      const closed = unavailable.get(spec.port)
      const verdicts =
        closed === undefined ? ACCEPTED : refused('Accepted', 'PortUnavailable', closed)
      return state(withKinds(verdicts, spec), {
        kind: 'listener',
        key,
        bind: bindKey(spec.port),
        hostname: spec.hostname?.toLowerCase(),
        protocol,
        tls,
        publicUrl: gateway.metadata.annotations?.[PUBLIC_URL],
        ...placed(gateway, `spec.listeners[${index}]`),
      })
    }),
  )
}

/** The kinds of routes that a listener takes: of those that it names, the ones that are served. */
export function supportedKinds({ allowedRoutes }: ListenerSpec): readonly RouteKind[] {
  const { kinds = [] } = allowedRoutes ?? {}
  return kinds.length === 0 || kinds.some(isHttpRoute) ? [HTTP_ROUTE] : []
}

type RouteKind = { readonly group: string; readonly kind: string }

const HTTP_ROUTE: RouteKind = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }

function isHttpRoute({ group = HTTP_ROUTE.group, kind }: Partial<RouteKind>): boolean {
  return group === HTTP_ROUTE.group && kind === HTTP_ROUTE.kind
}

/** ListenerReasonInvalidRouteKinds: the other kinds work all the same. */
function withKinds(
  verdicts: readonly Verdict[],
  { allowedRoutes }: ListenerSpec,
): readonly Verdict[] {
  const others = (allowedRoutes?.kinds ?? []).filter(one => !isHttpRoute(one))
  if (others.length === 0) return verdicts
  const message = `routes of kind ${others.map(({ kind }) => kind).join(', ')} are not served`
  return verdicts.map(one =>
    one.type === 'ResolvedRefs'
      ? verdict('ResolvedRefs', false, 'InvalidRouteKinds', message)
      : one,
  )
}

/** One bind for each port that a listener is served on. */
export function bindsOf(listeners: readonly ListenerState[]): readonly BindResource[] {
  const binds = new Map<number, BindResource>()
  for (const { spec, gateway, resource } of listeners) {
    if (resource === undefined || binds.has(spec.port)) continue
    const { port } = spec
    binds.set(port, {
      kind: 'bind',
      key: bindKey(port),
      port,
      ...placed(gateway, 'spec.listeners'),
    })
  }
  return [...binds.values()]
}

function bindKey(port: number): string {
  return `port-${port}`
}

/** The origin under which clients reach a Gateway, where its hostname and port do not say it. */
export const PUBLIC_URL = 'portcullis.dev/public-url'

const PROTOCOLS: Readonly<Record<string, 'HTTP' | 'HTTPS'>> = { HTTP: 'HTTP', HTTPS: 'HTTPS' }

const ACCEPTED: readonly Verdict[] = [
  verdict('Accepted', true, 'Accepted'),
  verdict('Programmed', true, 'Programmed'),
  verdict('ResolvedRefs', true, 'ResolvedRefs'),
  verdict('Conflicted', false, 'NoConflicts'),
]

/** What keeps a listener from being served (GatewaySpec, "ListenerConditionType"). */
function refused(
  type: 'Accepted' | 'Conflicted' | 'ResolvedRefs',
  reason: string,
  message: string,
): readonly Verdict[] {
  return ACCEPTED.map(one => {
    // "ALL indistinct Listeners must not be accepted for processing."
    if (one.type === 'Accepted' && type === 'Conflicted') {
      return verdict('Accepted', false, reason, message)
    }
    if (one.type === type) return verdict(type, type === 'Conflicted', reason, message)
    return one.type === 'Programmed' ? verdict('Programmed', false, 'Invalid', message) : one
  })
}
