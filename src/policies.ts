import type { Route } from './config/snapshot.ts'
import { createSeenAnnotations } from './decisions.ts'
import type { Handles } from './handles.ts'
import type { RoutePolicies } from './http/served-route.ts'
import { createItemsNamed } from './item-names.ts'
import { createAuthorizer } from './policy/authorizer.ts'
import { createRequestAuthorizer } from './policy/request-authorizer.ts'
import { createRoutePolicies } from './route-policies.ts'

/**
 * The rules of a route, alive. Made anew with every configuration, so that no decision outlives it; what
 * was learnt of tools stays.
 */
export function servePolicies(
  { id, authorization, mcpAuthorization, backend }: Route,
  handles: Handles,
  { now }: { readonly now: () => number },
): RoutePolicies {
  const implied = mcpAuthorization?.impliedScopes ?? {}
  return createRoutePolicies({
    requests:
      authorization.length === 0 ? undefined : createRequestAuthorizer(authorization, implied, now),
    authorizer: mcpAuthorization && createAuthorizer(mcpAuthorization, now),
    explains: mcpAuthorization?.denied === 'explain',
    seen: handles.use(`annotations ${id}`, createSeenAnnotations),
    itemsNamed: backend.kind === 'mcp' ? createItemsNamed(backend) : () => [],
  })
}
