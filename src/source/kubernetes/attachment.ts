import { hostsOverlap } from '../../config/hostname.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { HTTPRoute, ListenerSpec, Namespace, ParentRef } from './gateway-api.ts'
import { type ListenerState, supportedKinds } from './gateways.ts'
import { selects } from './labels.ts'

/** One parentRef of a route that names a Gateway of ours. */
export type Attachment = {
  readonly parent: ParentRef
  /** Listeners that take the route; they may be unable to serve it. */
  readonly listeners: readonly ListenerState[]
  readonly accepted: Verdict
}

/**
 * Hangs a route on the listeners that its parentRefs name (HTTPRouteSpec, "ParentRefs", "Hostnames";
 * ListenerSpec, "AllowedRoutes"), and notes it there. Other people's parents are left out.
 */
export function attach(
  cluster: Cluster,
  route: HTTPRoute,
  listeners: readonly ListenerState[],
): readonly Attachment[] {
  return (route.spec?.parentRefs ?? []).flatMap((parent): Attachment[] => {
    const { group = 'gateway.networking.k8s.io', kind = 'Gateway' } = parent
    if (group !== 'gateway.networking.k8s.io' || kind !== 'Gateway') return []
    const namespace = parent.namespace ?? route.metadata.namespace
    const ofGateway = listeners.filter(
      ({ gateway: { metadata } }) =>
        metadata.name === parent.name && metadata.namespace === namespace,
    )
    if (ofGateway.length === 0) return []
    const refused = (reason: string, message: string): Attachment[] => [
      { parent, listeners: [], accepted: verdict('Accepted', false, reason, message) },
    ]

    const named = ofGateway.filter(
      ({ spec }) =>
        (parent.sectionName === undefined || spec.name === parent.sectionName) &&
        (parent.port === undefined || spec.port === parent.port),
    )
    if (named.length === 0) {
      return refused('NoMatchingParent', `the Gateway ${parent.name} has no such listener`)
    }
    const allowed = named.filter(listener => allows(cluster, listener, route))
    if (allowed.length === 0) {
      return refused(
        'NotAllowedByListeners',
        'allowedRoutes of the listener lets no HTTPRoute of this namespace in',
      )
    }
    // "Successful attachment … is based solely on" these two, whatever becomes of the route (ListenerStatus).
    for (const { routes } of allowed) routes.add(route)
    const meant = allowed.filter(({ spec }) => hasHostname(spec, route))
    if (meant.length === 0) {
      return refused(
        'NoMatchingListenerHostname',
        `none of the hostnames ${(route.spec?.hostnames ?? []).join(', ')} is one of the listener`,
      )
    }
    return [{ parent, listeners: meant, accepted: verdict('Accepted', true, 'Accepted') }]
  })
}

function allows(
  cluster: Cluster,
  { gateway, spec }: ListenerState,
  { metadata: { namespace = '' } }: HTTPRoute,
): boolean {
  const { namespaces } = spec.allowedRoutes ?? {}
  if (supportedKinds(spec).length === 0) return false
  switch (namespaces?.from ?? 'Same') {
    case 'All':
      return true
    case 'Same':
      return gateway.metadata.namespace === namespace
    case 'Selector': {
      const labels = cluster.get<Namespace>('Namespace', undefined, namespace)?.metadata.labels
      return selects(namespaces?.selector ?? {}, labels)
    }
    default:
      return false
  }
}

function hasHostname({ hostname }: ListenerSpec, { spec }: HTTPRoute): boolean {
  const names = spec?.hostnames ?? []
  if (hostname === undefined || names.length === 0) return true
  return names.some(name => hostsOverlap(name.toLowerCase(), hostname.toLowerCase()))
}
