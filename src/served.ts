import type { Backend, Bind, Listener, Route, Snapshot } from './config/snapshot.ts'
import { CALLBACK_PATH, isPassthrough } from './http/endpoints.ts'
import { issuerUrl, protections } from './http/public-url.ts'

/** One line of what a gateway serves, for people. */
export type Served = {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly listener: string
  readonly route: string
  /** The URL for clients. */
  readonly url: string
  readonly mode:
    | 'open'
    | 'passthrough'
    | 'resource server'
    | 'authorization server proxy'
    | 'http'
    | 'redirect'
    | 'refusing'
  /** Name of the provider, or the issuer. */
  readonly provider: string | undefined
  readonly metadataUrl: string | undefined
  /** Has to be registered at the provider. */
  readonly callbackUrl: string | undefined
  readonly targets: readonly string[]
}

export function describe(snapshot: Snapshot): readonly Served[] {
  return snapshot.binds.flatMap(bind =>
    bind.listeners.flatMap(listener =>
      listener.routes.map(route => describeRoute(bind, listener, route)),
    ),
  )
}

function describeRoute({ address, port }: Bind, { tls }: Listener, route: Route): Served {
  const { authentication, backend } = route
  const origin = route.publicOrigins[0] ?? ''
  const relay = authentication?.relay
  return {
    listener: `${tls === undefined ? 'http' : 'https'}://${address ?? '0.0.0.0'}:${port}`,
    route: route.id,
    url: issuerUrl(origin, route.path) || '/',
    mode: mode(route),
    provider: relay?.profile.name ?? authentication?.issuers[0]?.issuer,
    metadataUrl: authentication && protections(route, authentication).get(origin)?.resourceMetadata,
    callbackUrl: relay === undefined ? undefined : origin + CALLBACK_PATH,
    targets: targetsOf(backend),
  }
}

function targetsOf(backend: Backend): readonly string[] {
  switch (backend.kind) {
    case 'http':
      return backend.hosts.map(host => host.origin)
    case 'redirect':
      return []
    case 'refusing':
      return [backend.detail]
    case 'mcp':
      return backend.targets.map(({ name, transport }) =>
        transport.kind === 'stdio'
          ? `${name} (${[transport.command, ...transport.args].join(' ')})`
          : `${name} (${transport.url})`,
      )
  }
}

function mode(route: Route): Served['mode'] {
  const { authentication, backend } = route
  if (authentication?.relay !== undefined) return 'authorization server proxy'
  if (authentication !== undefined) return 'resource server'
  if (backend.kind !== 'mcp') return backend.kind
  return isPassthrough(route) ? 'passthrough' : 'open'
}
