import type { Authentication } from '../config/snapshot.ts'
import { freezeDeep } from './freeze.ts'

/**
 * The protected resource metadata of a route (RFC 9728 §2). Members that the operator configured
 * replace ours of the same name; their values are published as given.
 *
 * @param resource the resource identifier under which clients know the route
 * @param authorizationServers issuers that clients may get tokens from: ours in proxy mode, else the
 *   provider's
 * @returns a frozen object, its members in a stable order
 */
export function protectedResourceMetadata(
  policy: Pick<Authentication, 'scopes' | 'metadata'>,
  resource: string,
  authorizationServers: readonly string[],
): Readonly<Record<string, unknown>> {
  return freezeDeep({
    resource,
    authorization_servers: [...authorizationServers],
    ...(policy.scopes === undefined ? {} : { scopes_supported: [...policy.scopes] }),
    bearer_methods_supported: ['header'],
    ...structuredClone(policy.metadata),
  })
}
