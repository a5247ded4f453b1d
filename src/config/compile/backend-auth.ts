import type { Spot } from '../resource.ts'
import type { BackendAuthPolicy } from '../schema/backend-auth.ts'
import type { BackendAuth } from '../snapshot.ts'
import { readSecret } from './content.ts'
import type { Compilation } from './context.ts'

/** A policy with the place of its secret. */
export type Written<T> = { readonly policy: T; readonly spot: Spot }

/** The credential that a backend gets, from the policy that is closest to it. */
export function compileBackendAuth(
  nearestFirst: readonly (Written<BackendAuthPolicy> | undefined)[],
  otherwise: BackendAuth,
  compilation: Compilation,
): BackendAuth {
  const written = nearestFirst.find(one => one !== undefined)
  if (written === undefined) return otherwise
  const { passthrough, key, location } = written.policy
  if (passthrough !== undefined || key === undefined) return { kind: 'passthrough' }
  const secret = readSecret(key, written.spot, compilation)
  if (secret === undefined) return { kind: 'none' }
  const header = location?.header.name ?? 'authorization'
  const prefix = location === undefined ? 'Bearer ' : (location.header.prefix ?? '')
  return { kind: 'key', header, prefix, key: secret }
}
