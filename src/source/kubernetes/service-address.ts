import type { Cluster } from './cluster.ts'
import type { BackendRef, Service } from './gateway-api.ts'
import { isGranted } from './grants.ts'
import type { KindName } from './kinds.ts'

/** A port of a Service that may be used from where it was named. */
export type FoundService = {
  /** `http://tools.shop.svc.cluster.local:8080` */
  readonly origin: string
  readonly appProtocol: string | undefined
  /** Its name or protocol says that the port speaks TLS. */
  readonly isSecure: boolean
}

/** Why a reference leads nowhere (HTTPRouteConditionType "ResolvedRefs"). */
export type Unresolved = {
  readonly reason:
    | 'InvalidKind'
    | 'RefNotPermitted'
    | 'BackendNotFound'
    | 'UnsupportedProtocol'
    | 'UnsupportedValue'
  readonly message: string
}

export type Referrer = { readonly kind: KindName; readonly namespace: string }

/** The Service that a reference names; where its endpoints are is asked when a connection is made. */
export function findService(
  cluster: Cluster,
  from: Referrer,
  ref: BackendRef,
): FoundService | Unresolved {
  const { name, namespace = from.namespace, port } = ref
  const title = `Service ${namespace}/${name}`
  if (!isGranted(cluster, { from, to: { kind: 'Service', namespace, name } })) {
    return {
      reason: 'RefNotPermitted',
      message: `no ReferenceGrant in ${namespace} lets ${from.kind} of ${from.namespace} use the ${title}`,
    }
  }
  const service = cluster.get<Service>('Service', namespace, name)
  if (service === undefined) {
    return { reason: 'BackendNotFound', message: `the ${title} does not exist` }
  }
  const found = service.spec?.ports?.find(one => one.port === port)
  if (found === undefined) {
    const message = `the ${title} has no port ${port}`
    return { reason: 'BackendNotFound', message }
  }
  const { appProtocol, name: portName } = found
  const isSecure = appProtocol?.toLowerCase() === 'https' || portName === 'https'
  return { origin: serviceOrigin(namespace, name, found.port), appProtocol, isSecure }
}

/** The name that cluster DNS gives a Service. */
export function serviceOrigin(namespace: string, name: string, port: number): string {
  return new URL(`http://${name}.${namespace}.svc.cluster.local:${port}`).origin
}

export function isUnresolved(found: object): found is Unresolved {
  return 'reason' in found
}
