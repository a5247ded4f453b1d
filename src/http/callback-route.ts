import { issuerUrl } from './public-url.ts'
import type { ServedRoute } from './served-route.ts'

/** Finds the route whose login a browser comes back from. */
export type CallbackRoute = (query: string) => ServedRoute | undefined

/**
 * All relays of one origin share one callback, because operators have to register it; the issuer in the
 * sealed `state` says which of them has sent the browser away.
 *
 * @param issuerOf reads it from the query of the callback; undefined: the state is not ours
 */
export function createCallbackRoute(
  routes: Iterable<ServedRoute>,
  issuerOf: (query: string) => string | undefined,
): CallbackRoute {
  const byIssuer = new Map<string, ServedRoute>()
  for (const served of routes) {
    if (served.authorizationServer === undefined) continue
    for (const origin of served.protections.keys()) {
      // The root issuer is used only while it can mean one relay.
      for (const issuer of [issuerUrl(origin, served.route.path), origin]) {
        if (!byIssuer.has(issuer)) byIssuer.set(issuer, served)
      }
    }
  }
  return query => {
    const issuer = issuerOf(query)
    return issuer === undefined ? undefined : byIssuer.get(issuer)
  }
}
