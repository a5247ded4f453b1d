import { isLoopback } from '../loopback.ts'
import type { BindResource, ListenerResource } from '../resource.ts'
import type { Address, Bind, Listener, Settings } from '../snapshot.ts'
import type { Compilation } from './context.ts'

export type ListenerPair = {
  readonly resource: ListenerResource
  readonly compiled: Listener
}

/** One port with its listeners, held against each other. */
export function compileBind(
  bind: BindResource,
  listeners: readonly ListenerPair[],
  { report }: Compilation,
): Bind {
  const seen = new Map<string, string>()
  for (const { resource } of listeners) {
    const host = resource.hostname ?? '*'
    const other = seen.get(host)
    if (other !== undefined) {
      report.warn(
        resource.locate('hostname'),
        `the listeners ${other} and ${resource.key} of port ${bind.port} are for the same hosts`,
        'Give each its own hostname; now one of them hides the other',
      )
    }
    seen.set(host, resource.key)
    if (resource.protocol !== listeners[0]?.resource.protocol) {
      report.error(
        resource.locate('protocol'),
        `HTTP and HTTPS on one port (${bind.port})`,
        'Give one of them another port',
      )
    }
  }
  return {
    port: bind.port,
    address: bind.address,
    listeners: listeners.map(({ compiled }) => compiled),
  }
}

/** Every port is opened once. Port 0 is another one each time. */
export function checkPorts(
  binds: readonly BindResource[],
  settings: Settings,
  { report }: Compilation,
): void {
  const taken: { readonly address: Address; readonly name: string }[] = []
  if (settings.adminRequired) {
    for (const address of settings.admin) taken.push({ address, name: 'an address of config' })
  }
  for (const bind of binds) {
    const address: Address = { host: bind.address ?? '::', port: bind.port }
    const other = taken.find(one => collide(one.address, address))
    if (other !== undefined) {
      report.error(
        bind.locate('port'),
        `port ${bind.port} is used twice, by ${other.name} and ${bind.key}`,
        'Put the listeners below one port, or change one of the ports',
      )
    }
    taken.push({ address, name: bind.key })
  }
}

function collide(a: Address, b: Address): boolean {
  if (a.port !== b.port || a.port === 0) return false
  if (isAny(a.host) || isAny(b.host)) return true
  return a.host === b.host || (isLoopback(a.host) && isLoopback(b.host))
}

function isAny(host: string): boolean {
  return host === '::' || host === '0.0.0.0'
}
