import type { Spot } from '../resource.ts'
import { type CorsPolicy, WILDCARD_WITH_CREDENTIALS } from '../schema/cors.ts'
import type { Cors } from '../snapshot.ts'
import type { Report } from './report.ts'

export function compileCors(policy: CorsPolicy, spot: Spot, report: Report): Cors {
  const { allowOrigins = [], allowCredentials = false, maxAge } = policy
  // The schema of the file says the same; resources may come from elsewhere.
  if (allowCredentials && allowOrigins.includes('*')) {
    report.error(spot, WILDCARD_WITH_CREDENTIALS, 'List the origins that may call')
  }
  if (allowOrigins.length === 0) {
    report.warn(spot, 'cors without allowOrigins lets no web page in', 'Add allowOrigins')
  }
  return {
    allowOrigins,
    allowMethods: policy.allowMethods ?? [],
    allowHeaders: policy.allowHeaders ?? [],
    exposeHeaders: policy.exposeHeaders ?? [],
    allowCredentials,
    maxAgeSeconds: maxAge === undefined ? undefined : Math.round(maxAge / 1000),
  }
}
