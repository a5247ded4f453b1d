import type { Resource } from '../resource.ts'
import type { Configuration } from '../schema/configuration.ts'
import type { At } from './located.ts'
import { protocolOf } from './protocol.ts'

/** The flat form: ports by name, and routes that name them. */
export function fromGateways(configuration: Configuration, at: At): Resource[] {
  const { gateways = {}, routes = [] } = configuration
  const listeners = Object.entries(gateways).flatMap(([key, gateway]): Resource[] => {
    const path = ['gateways', key]
    const { port, address, listeners: several, ...single } = gateway
    const list = several ?? [single]
    return [
      { kind: 'bind', key, port, address, ...at(...path) },
      ...list.map(
        ({ name, ...members }, index): Resource => ({
          kind: 'listener',
          ...members,
          bind: key,
          key: several === undefined ? key : `${key}/${name ?? `listener${index}`}`,
          protocol: protocolOf(members),
          ...(several === undefined ? at(...path) : at(...path, 'listeners', index)),
        }),
      ),
    ]
  })
  const attached = routes.map(({ gateways: names = ['default'], ...route }, index): Resource => {
    const keys = names.flatMap(name => listenersOf(name, configuration))
    const name = route.name ?? `route${index}`
    return { kind: 'route', ...route, name, listeners: keys, ...at('routes', index) }
  })
  return [...listeners, ...attached]
}

/** Keys of the listeners that `gateway` or `gateway/listener` stands for; what is unknown stays, for `compile` to refuse. */
export function listenersOf(name: string, { gateways = {} }: Configuration): readonly string[] {
  const gateway = Object.hasOwn(gateways, name) ? gateways[name] : undefined
  return (
    gateway?.listeners?.map(
      (listener, index) => `${name}/${listener.name ?? `listener${index}`}`,
    ) ?? [name]
  )
}
