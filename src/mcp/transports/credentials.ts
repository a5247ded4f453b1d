import type { Identity } from '../../auth/identity.ts'
import type { BackendAuth } from '../../config/snapshot.ts'

/**
 * The headers that carry a credential to a target; the one place where that is decided (SECURITY.md, invariant 1).
 * An entry of undefined takes away what the client sent.
 *
 * @param keep the route has one target and no policy that reads a credential: it passes unchanged
 */
export function credentialHeaders(
  auth: BackendAuth,
  identity: Identity,
  keep: boolean,
): Readonly<Record<string, string | undefined>> {
  switch (auth.kind) {
    case 'none':
      return keep ? NOTHING : WITHOUT
    case 'key':
      return {
        authorization: undefined,
        [auth.header.toLowerCase()]: auth.prefix + auth.key.reveal(),
      }
    case 'passthrough':
      if (identity.token !== undefined)
        return { authorization: `Bearer ${identity.token.reveal()}` }
      return keep ? NOTHING : WITHOUT
  }
}

const NOTHING = Object.freeze({})
const WITHOUT = Object.freeze({ authorization: undefined })
