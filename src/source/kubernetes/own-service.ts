import { isDeepStrictEqual } from 'node:util'
import type { Log } from '../../observe/log.ts'
import type { Api } from './api.ts'
import { createBackoff } from './backoff.ts'
import type { Cluster } from './cluster.ts'
import type { GatewayAddress, Service, ServicePort } from './gateway-api.ts'
import { collectionPath, KINDS } from './kinds.ts'

/** The Service in front of the replicas, whose ports follow the listeners of the Gateways. */
export type OwnService = {
  /** The ports that listeners are served on. None: the Service, which needs one, stays as it is. */
  readonly want: (ports: readonly number[]) => void
  /** Whether this process is the one that writes. */
  readonly lead: (leads: boolean) => void
  /** Where clients outside reach the Service (GatewayStatus, `addresses`). */
  readonly addresses: () => readonly GatewayAddress[]
}

/**
 * Writes only what differs; what cannot be written now is tried again, after a pause that grows. Ports that are there keep
 * their names and node ports.
 *
 * @param name of the Service, in the namespace of the gateway, which has to be among those that are read
 */
export function createOwnService(
  api: Api,
  cluster: Cluster,
  name: string,
  log: Log,
  signal: AbortSignal,
): OwnService {
  const { namespace } = api
  const path = `${collectionPath(KINDS.Service, namespace)}/${encodeURIComponent(name)}`
  const backoff = createBackoff(200, 30_000)
  const read = () => cluster.get<Service>('Service', namespace, name)
  let wanted: readonly number[] = []
  let leads = false
  let running = false

  const write = async (): Promise<void> => {
    const service = read()
    if (service === undefined || wanted.length === 0) return
    const before = service.spec?.ports ?? []
    const ports = wanted.map(port => before.find(one => one.port === port) ?? portOf(port))
    if (isDeepStrictEqual(numbersOf(before), numbersOf(ports))) return
    const { resourceVersion } = service.metadata
    await api.request('PATCH', path, { metadata: { resourceVersion }, spec: { ports } })
  }
  const run = async (): Promise<void> => {
    if (running) return
    running = true
    while (leads && !signal.aborted) {
      const target = wanted
      try {
        await write()
        backoff.reset()
        if (target === wanted) break
      } catch (error) {
        log.warn({ service: `${namespace}/${name}`, error }, 'the ports cannot be written')
        await backoff.wait(signal)
      }
    }
    running = false
  }

  return {
    want(ports) {
      wanted = ports.toSorted((a, b) => a - b)
      void run()
    },
    lead(now) {
      leads = now
      void run()
    },
    addresses: () => addressesOf(read()),
  }
}

function portOf(port: number): ServicePort {
  return { name: `port-${port}`, port, targetPort: port, protocol: 'TCP' }
}

function numbersOf(ports: readonly ServicePort[]): readonly number[] {
  return ports.map(({ port }) => port).toSorted((a, b) => a - b)
}

function addressesOf(service: Service | undefined): readonly GatewayAddress[] {
  const { type, clusterIP = 'None', clusterIPs = [clusterIP] } = service?.spec ?? {}
  if (type === 'LoadBalancer') {
    return (service?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => [
      ...(ip === undefined ? [] : [{ type: 'IPAddress' as const, value: ip }]),
      ...(hostname === undefined ? [] : [{ type: 'Hostname' as const, value: hostname }]),
    ])
  }
  return clusterIPs
    .filter(ip => ip !== 'None' && ip !== '')
    .map(value => ({ type: 'IPAddress' as const, value }))
}
