import type { Route, Settings } from '../config/snapshot.ts'
import type { RoutePolicies } from '../http/served-route.ts'
import { createAuthorizer } from '../policy/authorizer.ts'
import { createRequestAuthorizer } from '../policy/request-authorizer.ts'
import { createSeenAnnotations } from './decisions.ts'
import type { Handles } from './handles.ts'
import { createItemsNamed } from './item-names.ts'
import { type LimitParts, serveLimits } from './limits.ts'
import { createRoutePolicies } from './route-policies.ts'

/**
 * Rules and limits of a route, alive. Rules are made anew with every configuration, so that no decision outlives it; what
 * was learnt of tools stays.
 */
export function servePolicies(
  route: Route,
  settings: Settings,
  handles: Handles,
  parts: LimitParts,
): RoutePolicies {
  const { id, authorization, mcpAuthorization, backend } = route
  const { now } = parts
  const implied = mcpAuthorization?.impliedScopes ?? {}
  const { exempt } = route.authentication ?? {}
  return createRoutePolicies({
    requests:
      authorization.length === 0 ? undefined : createRequestAuthorizer(authorization, implied, now),
    exempts: exempt && createRequestAuthorizer([exempt], {}, now),
    authorizer: mcpAuthorization && createAuthorizer(mcpAuthorization, now),
    explains: mcpAuthorization?.denied === 'explain',
    seen: handles.use(`annotations ${id}`, createSeenAnnotations),
    limits: serveLimits(route, settings, handles, parts),
    itemsNamed: backend.kind === 'mcp' ? createItemsNamed(backend) : () => [],
  })
}
