import { sameAudience } from '../providers/audience.ts'
import { openAccessToken, type SealedAccessToken } from '../seal/access-token.ts'
import type { Sealer } from '../seal/seal.ts'
import { excerpt } from './excerpt.ts'
import type { AuthFailure } from './failure.ts'

/** Opens a sealed access token for a resource; refuses one of another gateway, resource or time. */
export function openSealedToken(
  text: string,
  sealer: Sealer,
  resource: string,
): SealedAccessToken | AuthFailure {
  const sealed = openAccessToken(sealer, text)
  if (sealed === undefined) {
    return {
      kind: 'bad_signature',
      detail: 'the token is not one of this gateway, was altered, or has expired',
    }
  }
  if (sameAudience(sealed.resource, resource)) return sealed
  return {
    kind: 'wrong_audience',
    detail: `audience is ${excerpt(sealed.resource)}, this resource is ${excerpt(resource)}`,
  }
}
