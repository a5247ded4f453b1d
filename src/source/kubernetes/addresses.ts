import type { Cluster } from './cluster.ts'
import type { EndpointSlice, Service } from './gateway-api.ts'

/** Where a connection to a host and port really goes; undefined: the name service knows. */
export type Addresses = (
  hostname: string,
  port: number,
) => { readonly host: string; readonly port: number } | undefined

const SERVICE_NAME = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?$/
const OF_SERVICE = 'kubernetes.io/service-name'

/**
 * Finds endpoints of Services, and this process itself for the hosts that it serves.
 *
 * A Service is one of its ready endpoints, the same one for everybody as long as it is ready: whoever has a session
 * with an MCP server has it with one endpoint, and every replica has to find it. A host that the gateway serves is
 * found on loopback, so that an issuer that is reached through the gateway has one URL inside and outside the cluster.
 *
 * @param isServed whether a listener of this process has that hostname and port
 */
export function createAddresses(
  cluster: Cluster,
  isServed: (hostname: string, port: number) => boolean,
  loopback: string,
): Addresses {
  return (hostname, port) => {
    const name = hostname.toLowerCase()
    const [, service, namespace] = SERVICE_NAME.exec(name) ?? []
    if (service !== undefined && namespace !== undefined) {
      return endpointOf(cluster, namespace, service, port)
    }
    return isServed(name, port) ? { host: loopback, port } : undefined
  }
}

function endpointOf(
  cluster: Cluster,
  namespace: string,
  name: string,
  port: number,
): ReturnType<Addresses> {
  const { spec } = cluster.get<Service>('Service', namespace, name) ?? {}
  const servicePort = spec?.ports?.find(one => one.port === port)
  if (spec?.type === 'ExternalName' && spec.externalName !== undefined) {
    return { host: spec.externalName, port }
  }
  if (servicePort === undefined) return undefined
  const [first] = endpoints(cluster, namespace, name, servicePort.name ?? '')
  if (first !== undefined) return first
  const { clusterIP = 'None' } = spec ?? {}
  return clusterIP === 'None' || clusterIP === '' ? undefined : { host: clusterIP, port }
}

/** Ready endpoints of one port, always in the same order. */
function endpoints(
  cluster: Cluster,
  namespace: string,
  name: string,
  portName: string,
): readonly { readonly host: string; readonly port: number }[] {
  return cluster
    .all<EndpointSlice>('EndpointSlice')
    .filter(({ metadata }) => metadata.namespace === namespace)
    .filter(({ metadata }) => metadata.labels?.[OF_SERVICE] === name)
    .flatMap(({ endpoints: found = [], ports = [] }) => {
      const { port } = ports.find(one => (one.name ?? '') === portName) ?? {}
      if (port === undefined) return []
      return found
        .filter(({ conditions }) => conditions?.ready !== false)
        .flatMap(({ addresses }) => addresses.map(host => ({ host, port })))
    })
    .sort((a, b) => (a.host < b.host ? -1 : 1))
}
