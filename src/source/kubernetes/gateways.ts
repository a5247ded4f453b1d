import type { BindResource, ListenerResource } from '../../config/resource.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import { CONTROLLER } from './controller.ts'
import type { Gateway, GatewayClass, HTTPRoute, ListenerSpec } from './gateway-api.ts'
import { certificateOf } from './listener-certificate.ts'
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
 * the same hosts on one port exclude each other, whichever Gateway they belong to: the older one stays.
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
  const taken = new Map<string, string>()
  const protocols = new Map<number, string>()
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
      const hosts = `${spec.port} ${spec.hostname ?? '*'}`
      const other = taken.get(hosts)
      if (other !== undefined) {
        const message = `the listener ${other} has the same port and hostname`
        return state(refused('Conflicted', 'HostnameConflict', message))
      }
      const before = protocols.get(spec.port)
      if (before !== undefined && before !== protocol) {
        const message = `port ${spec.port} speaks ${before} for another listener`
        return state(refused('Conflicted', 'ProtocolConflict', message))
      }
      const tls = protocol === 'HTTPS' ? certificateOf(cluster, gateway, spec) : undefined
      if (tls !== undefined && 'reason' in tls) {
        return state(refused('ResolvedRefs', tls.reason, tls.message))
      }
      taken.set(hosts, key)
      protocols.set(spec.port, protocol)
      const closed = unavailable.get(spec.port)
      const verdicts =
        closed === undefined ? ACCEPTED : refused('Accepted', 'PortUnavailable', closed)
      return state(verdicts, {
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
    if (one.type === type) return verdict(type, type === 'Conflicted', reason, message)
    return one.type === 'Programmed' ? verdict('Programmed', false, 'Invalid', message) : one
  })
}
