import type { Resource } from '../resource.ts'
import type { Configuration } from '../schema/configuration.ts'
import type { At } from './located.ts'
import { protocolOf } from './protocol.ts'

/** The tree form: ports with listeners with routes. */
export function fromBinds({ binds = [] }: Configuration, at: At): Resource[] {
  return binds.flatMap((bind, bindIndex): Resource[] => {
    const key = `bind${bindIndex}`
    const { port, address, listeners } = bind
    return [
      { kind: 'bind', key, port, address, ...at('binds', bindIndex) },
      ...listeners.flatMap((listener, index) => {
        const { name, routes = [], ...members } = listener
        const path = ['binds', bindIndex, 'listeners', index]
        const unnamed = listeners.length === 1 ? key : `${key}-listener${index}`
        return [
          {
            kind: 'listener' as const,
            ...members,
            bind: key,
            key: name === undefined ? unnamed : `${key}/${name}`,
            protocol: protocolOf(listener),
            ...at(...path),
          },
          ...routes.map(
            (route, routeIndex): Resource => ({
              kind: 'route',
              ...route,
              name: route.name ?? `route${routeIndex}`,
              listeners: [name === undefined ? unnamed : `${key}/${name}`],
              ...at(...path, 'routes', routeIndex),
            }),
          ),
        ]
      }),
    ]
  })
}
