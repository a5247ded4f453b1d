import { isLoopback } from '../loopback.ts'
import type { BindResource } from '../resource.ts'
import type { Compilation } from './context.ts'
import type { RoutePair } from './listener.ts'

/** Warns of routes that anybody who reaches this machine may use. */
export function checkExposure(
  bind: BindResource,
  routes: readonly RoutePair[],
  { report }: Compilation,
): void {
  if (bind.address !== undefined && isLoopback(bind.address)) return
  for (const { resource } of routes) {
    const { mcpAuthentication, jwtAuth, apiKey } = resource.policies ?? {}
    if ([mcpAuthentication, jwtAuth, apiKey].some(policy => policy !== undefined)) continue
    const addresses = bind.address === undefined ? 'all interfaces' : bind.address
    report.warn(
      resource.locate(),
      `the route ${resource.name} asks nobody who they are, and port ${bind.port} is open on ${addresses}`,
      'Add mcpAuthentication, or address: 127.0.0.1 beside the port; ignore this where the server checks tokens itself',
    )
  }
}
