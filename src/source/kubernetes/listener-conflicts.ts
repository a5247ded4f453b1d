import type { ListenerSpec } from './gateway-api.ts'

export type Conflict = {
  readonly reason: 'HostnameConflict' | 'ProtocolConflict'
  readonly message: string
}

/**
 * Why a listener cannot be told from others of its Gateway. None of them is served then: "The implementation MUST NOT
 * pick one conflicting Listener as the winner" (GatewaySpec, "Handling indistinct Listeners").
 */
export function conflictWithin(
  listeners: readonly ListenerSpec[],
  spec: ListenerSpec,
): Conflict | undefined {
  const others = listeners.filter(one => one !== spec && one.port === spec.port && isHttp(one))
  const protocol = others.find(one => one.protocol !== spec.protocol)
  if (protocol !== undefined) {
    const message = `the listener ${protocol.name} speaks ${protocol.protocol} on port ${spec.port}`
    return { reason: 'ProtocolConflict', message }
  }
  const host = others.find(one => hostsOf(one) === hostsOf(spec))
  if (host === undefined) return undefined
  const message = `the listener ${host.name} has the same port and hostname`
  return { reason: 'HostnameConflict', message }
}

/** Conflicts among listeners of different Gateways, which share the ports of one process: the older Gateway wins. */
export type Claims = { claim(spec: ListenerSpec, key: string): Conflict | undefined }

/** To be asked in the order of age. */
export function createClaims(): Claims {
  const hosts = new Map<string, string>()
  const protocols = new Map<number, string>()
  return {
    claim(spec, key) {
      const { port, protocol } = spec
      const other = hosts.get(hostsOf(spec))
      if (other !== undefined) {
        const message = `the listener ${other} has the same port and hostname`
        return { reason: 'HostnameConflict', message }
      }
      const before = protocols.get(port)
      if (before !== undefined && before !== protocol) {
        const message = `port ${port} speaks ${before} for another listener`
        return { reason: 'ProtocolConflict', message }
      }
      hosts.set(hostsOf(spec), key)
      protocols.set(port, protocol)
      return undefined
    },
  }
}

function hostsOf({ port, hostname = '*' }: ListenerSpec): string {
  return `${port} ${hostname.toLowerCase()}`
}

function isHttp({ protocol }: ListenerSpec): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS'
}
