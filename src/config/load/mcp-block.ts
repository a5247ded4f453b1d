import type { Locate, PathSegment, Resource } from '../resource.ts'
import type { Configuration } from '../schema/configuration.ts'
import type { MatchConfig } from '../schema/match.ts'
import { listenersOf } from './gateways.ts'
import type { At } from './located.ts'

const DEFAULT_PORT = 3000
const KEY = 'mcp'
/** What the block takes on a gateway that it shares with other routes. */
const SHARED: readonly MatchConfig[] = ['/mcp', '/sse', '/.well-known'].map(pathPrefix => ({
  path: { pathPrefix },
}))

/** The short form: everything on a port of its own, or a few prefixes of a gateway. */
export function fromMcpBlock(configuration: Configuration, at: At): Resource[] {
  if (configuration.mcp === undefined) return []
  const { port, address, publicUrl, gateways, policies, ...mcp } = configuration.mcp
  const { origin, locate } = at('mcp')
  const route: Resource = {
    kind: 'route',
    name: 'default',
    listeners: gateways?.flatMap(name => listenersOf(name, configuration)) ?? [KEY],
    ...(gateways === undefined ? {} : { matches: SHARED }),
    policies,
    publicUrl,
    backends: [{ mcp }],
    origin,
    locate: inBlock(locate),
  }
  if (gateways !== undefined) return [route]
  return [
    { kind: 'bind', key: KEY, port: port ?? DEFAULT_PORT, address, origin, locate },
    { kind: 'listener', key: KEY, bind: KEY, protocol: 'HTTP', origin, locate },
    route,
  ]
}

/** The block has the members of the backend in place, and no list of backends around them. */
function inBlock(locate: Locate): Locate {
  const around: readonly PathSegment[] = ['backends', 0, 'mcp']
  return (...path) =>
    around.every((segment, index) => path[index] === segment)
      ? locate(...path.slice(around.length))
      : locate(...path)
}
