import type { Listener, Route } from '../config/snapshot.ts'
import { isLoopbackHost } from './address.ts'
import { corsAllows } from './cors.ts'
import type { RequestTarget } from './target.ts'

/**
 * Whether a listener may be addressed by this Host. A page that an attacker binds to the loopback address by
 * DNS still sends the attacker's name, so a list of names stops DNS rebinding. An entry may be a
 * name, a name with a port or `*.example`; without a list every host is let in.
 */
export function hostAllowed(
  listener: Pick<Listener, 'allowedHosts'>,
  target: Pick<RequestTarget, 'host' | 'authority'>,
): boolean {
  const { allowedHosts } = listener
  if (allowedHosts === undefined) return true
  return allowedHosts.some(
    allowed =>
      allowed === target.host ||
      allowed === target.authority ||
      `[${allowed}]` === target.host ||
      (allowed.startsWith('*.') && target.host.endsWith(allowed.slice(1))),
  )
}

/**
 * Whether a request with this Origin header may go on (MCP, transports: servers MUST validate Origin).
 * Absent: no browser. Else it has to be a public origin of the route, on loopback the very host that the
 * request came for, or one that the cors policy of the route allows.
 */
export function originAllowed(
  origin: string | undefined,
  target: Pick<RequestTarget, 'host' | 'authority'>,
  route: Pick<Route, 'publicOrigins' | 'cors'>,
): boolean {
  if (origin === undefined) return true
  if (route.publicOrigins.includes(origin)) return true
  if (route.cors !== undefined && corsAllows(route.cors, origin)) return true
  return (
    isLoopbackHost(target.host) &&
    (origin === `http://${target.authority}` || origin === `https://${target.authority}`)
  )
}
