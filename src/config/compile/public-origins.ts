import { isLoopback } from '../loopback.ts'
import type { BindResource, ListenerResource, RouteResource } from '../resource.ts'

export type Surroundings = {
  readonly bind: BindResource
  readonly listener: ListenerResource
  readonly route: RouteResource
  /** `config.publicUrl` */
  readonly publicUrl: string | undefined
  /** As configured for the route. */
  readonly resource: string | undefined
}

/**
 * Origins under which clients know a route, best first: `publicUrl` of the route, the listener or the
 * process; that of `resource`; the host names; this machine.
 */
export function publicOrigins(surroundings: Surroundings): readonly string[] {
  const { bind, listener, route, publicUrl, resource } = surroundings
  const configured = route.publicUrl ?? listener.publicUrl ?? publicUrl
  if (configured !== undefined) return [configured]
  if (resource !== undefined) return [new URL(resource).origin]
  const names = hostnamesOf(listener, route).filter(name => !name.startsWith('*.'))
  const hosts = names.length > 0 ? names : hostsOfAddress(bind.address)
  const scheme = listener.protocol === 'HTTPS' ? 'https' : 'http'
  return hosts.map(host => new URL(`${scheme}://${host}:${bind.port}`).origin)
}

/** Names that a request of the route may carry, wildcards included; empty: any. */
export function hostnamesOf(listener: ListenerResource, route: RouteResource): readonly string[] {
  if (route.hostnames !== undefined && route.hostnames.length > 0) return route.hostnames
  return listener.hostname === undefined ? [] : [listener.hostname]
}

/** Clients on this machine write either name, and the Host that they use picks one of the two. */
function hostsOfAddress(address: string | undefined): readonly string[] {
  const isOne =
    address !== undefined && !isLoopback(address) && address !== '0.0.0.0' && address !== '::'
  if (isOne) return [address.includes(':') ? `[${address}]` : address]
  return ['localhost', '127.0.0.1']
}
