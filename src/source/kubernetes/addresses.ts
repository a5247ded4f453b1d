import type { Cluster } from './cluster.ts'
import type { EndpointSlice, Service, ServicePort } from './gateway-api.ts'

/** One place that a connection to a host may go to. */
export type Address = {
  /** Of its own among those of one host. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** On its way out: only for what has begun there. */
  readonly draining: boolean
}

/** Where connections to a host and port really go, never empty; undefined: the name service knows. */
export type Addresses = (hostname: string, port: number) => readonly Address[] | undefined

const SERVICE_NAME = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?$/
const OF_SERVICE = 'kubernetes.io/service-name'

/**
 * Finds endpoints of Services, and this process itself for the hosts that it serves.
 *
 * A Service is its ready endpoints, and those that are terminating but still serve, for what has begun there
 * (discovery.k8s.io/v1, EndpointConditions); without any it is its cluster address. A host that the gateway serves is
 * found on loopback, so that an issuer that is reached through the gateway has one URL inside and outside the cluster.
 *
 * @param isServed whether a listener of this process has that hostname and port
 */
export function createAddresses(
  cluster: Cluster,
  isServed: (hostname: string, port: number) => boolean,
  loopback: string,
): Addresses {
  const ofService = createServiceAddresses(cluster)
  return (hostname, port) => {
    const name = hostname.toLowerCase()
    const [, service, namespace] = SERVICE_NAME.exec(name) ?? []
    if (service !== undefined && namespace !== undefined) return ofService(namespace, service, port)
    return isServed(name, port) ? [address(loopback, port)] : undefined
  }
}

/** Asked for every request, so answers are kept until a Service or an EndpointSlice changes. */
function createServiceAddresses(
  cluster: Cluster,
): (namespace: string, name: string, port: number) => readonly Address[] | undefined {
  let services: readonly Service[] | undefined
  let slices: readonly EndpointSlice[] | undefined
  let slicesOf: ReadonlyMap<string, readonly EndpointSlice[]> = new Map()
  const known = new Map<string, readonly Address[] | undefined>()

  return (namespace, name, port) => {
    const nowServices = cluster.all<Service>('Service')
    const nowSlices = cluster.all<EndpointSlice>('EndpointSlice')
    if (nowServices !== services || nowSlices !== slices) {
      if (nowSlices !== slices) slicesOf = byService(nowSlices)
      services = nowServices
      slices = nowSlices
      known.clear()
    }
    const key = `${namespace}/${name}:${port}`
    if (!known.has(key)) {
      const service = cluster.get<Service>('Service', namespace, name)
      const own = slicesOf.get(`${namespace}/${name}`) ?? []
      known.set(key, service && addressesOf(service, own, port))
    }
    return known.get(key)
  }
}

function byService(slices: readonly EndpointSlice[]): ReadonlyMap<string, EndpointSlice[]> {
  const found = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    const { namespace, labels } = slice.metadata
    const key = `${namespace}/${labels?.[OF_SERVICE]}`
    const others = found.get(key)
    if (others === undefined) found.set(key, [slice])
    else others.push(slice)
  }
  return found
}

function addressesOf(
  { spec }: Service,
  slices: readonly EndpointSlice[],
  port: number,
): readonly Address[] | undefined {
  if (spec?.type === 'ExternalName' && spec.externalName !== undefined) {
    return [address(spec.externalName, port)]
  }
  const servicePort = spec?.ports?.find(one => one.port === port)
  if (servicePort === undefined) return undefined
  const endpoints = slices.flatMap(slice => endpointsOf(slice, servicePort))
  if (endpoints.length > 0) return endpoints
  const { clusterIP = 'None' } = spec ?? {}
  return clusterIP === 'None' || clusterIP === '' ? undefined : [address(clusterIP, port)]
}

function endpointsOf(
  { endpoints = [], ports = [] }: EndpointSlice,
  { name = '' }: ServicePort,
): readonly Address[] {
  const { port } = ports.find(one => (one.name ?? '') === name) ?? {}
  if (port === undefined) return []
  return endpoints.flatMap(({ addresses: [host], conditions: { ready = true, serving } = {} }) =>
    host !== undefined && (ready || serving === true) ? [address(host, port, !ready)] : [],
  )
}

function address(host: string, port: number, draining = false): Address {
  return { name: `${host}:${port}`, host, port, draining }
}
