import type { RedirectBackend } from '../config/snapshot.ts'
import type { Peer } from './forwarded.ts'
import { rewriteAuthority, rewritePath } from './rewrite.ts'
import type { RequestTarget } from './target.ts'

/** Where a request is sent to instead. */
export type Redirect = {
  readonly status: number
  readonly location: (
    target: Pick<RequestTarget, 'authority' | 'path' | 'query'>,
    peer: Pick<Peer, 'scheme' | 'host'>,
  ) => string
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }

/**
 * Made once per route. What the configuration leaves open is as in the request; a new scheme comes with its own
 * port, and no port is written that the scheme implies (Gateway API, HTTPRequestRedirectFilter "port").
 */
export function createRedirect({ scheme, authority, path, status }: RedirectBackend): Redirect {
  return {
    status,
    location(target, peer) {
      const wanted = scheme ?? peer.scheme
      const asSent = peer.host ?? target.authority
      const implied = {
        host: undefined,
        port: scheme === undefined ? undefined : ('none' as const),
      }
      const given = { ...implied, ...definedOf(authority) }
      const { host, port } = rewriteAuthority(asSent, given)
      const shown = port === undefined || port === DEFAULT_PORTS[wanted] ? '' : `:${port}`
      const newPath = path === undefined ? target.path : rewritePath(target.path, path)
      const query = target.query === '' ? '' : `?${target.query}`
      return `${wanted}://${host}${shown}${newPath}${query}`
    },
  }
}

function definedOf(authority: RedirectBackend['authority']): Partial<RedirectBackend['authority']> {
  if (authority === undefined) return {}
  const { host, port } = authority
  return { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) }
}
