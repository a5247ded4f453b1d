import type { Locate, RouteResource } from '../resource.ts'
import type { TimeoutPolicy } from '../schema/policies.ts'
import type { Route } from '../snapshot.ts'
import { compileAuthentication } from './authentication.ts'
import { compileBackend } from './backend.ts'
import type { Compilation } from './context.ts'
import { compileCors } from './cors.ts'
import { compileHeaderModifier } from './header-modifier.ts'
import { compileMatches, routePath } from './match.ts'

/** A route without what depends on the listener that it hangs on. */
export type RouteBody = Omit<Route, 'id' | 'publicOrigins'>

export function compileRoute(
  resource: RouteResource,
  compilation: Compilation,
): RouteBody | undefined {
  const { policies = {}, hostnames = [], origin } = resource
  const locate: Locate = (...path) => resource.locate('policies', ...path)
  const authentication = compileAuthentication(policies, locate, compilation)
  const isProtected = policies.mcpAuthentication !== undefined || policies.jwtAuth !== undefined
  const compiled = compileBackend(resource, isProtected, compilation)
  if (compiled === undefined) return undefined
  const { backend, policies: ofBackend } = compiled
  const matches = compileMatches(resource.matches)
  const { cors, requestHeaderModifier, responseHeaderModifier } = policies
  // Targets of an MCP backend have their own requests, which their own modifiers change.
  const toBackend =
    backend.kind === 'http' ? ofBackend.map(policy => policy.requestHeaderModifier) : []
  return {
    origin,
    hostnames,
    matches,
    path: routePath(matches),
    cors: cors && compileCors(cors, locate('cors'), compilation.report),
    authentication,
    requestHeaders: compileHeaderModifier(requestHeaderModifier, ...toBackend),
    responseHeaders: compileHeaderModifier(
      ...ofBackend.toReversed().map(policy => policy.responseHeaderModifier),
      responseHeaderModifier,
    ),
    timeoutMs: compileTimeout(policies.timeout),
    backend,
  }
}

/** Without retries, the time for the backend is part of the time for all: the shorter counts. 0 is none. */
function compileTimeout({
  requestTimeout,
  backendRequestTimeout,
}: TimeoutPolicy = {}): number | undefined {
  const limits = [requestTimeout, backendRequestTimeout].filter(
    limit => limit !== undefined && limit > 0,
  ) as number[]
  return limits.length === 0 ? undefined : Math.min(...limits)
}
