import { protectedResourceMetadata } from '../auth/metadata.ts'
import type { Authentication, Route } from '../config/snapshot.ts'
import type { RequestTarget } from './target.ts'

/** The URLs under which clients know one protected route. */
export type Protection = {
  readonly origin: string
  /** RFC 8707 resource: what tokens have to be for. */
  readonly resource: string
  /** Where its metadata lies (RFC 9728 §3.1); undefined: it has none for clients. */
  readonly resourceMetadata: string | undefined
  /** Scopes of the challenge. */
  readonly scopes: readonly string[]
  /** That metadata as JSON text. */
  readonly document: string
}

/**
 * The public origin of a route. The Host can pick one of several that are configured and can name no
 * other (SECURITY.md, invariant 6).
 */
export function publicOrigin({ publicOrigins }: Route, { authority }: RequestTarget): string {
  const first = publicOrigins[0] ?? ''
  if (publicOrigins.length < 2) return first
  return publicOrigins.find(origin => origin.endsWith(`://${authority}`)) ?? first
}

/** The protections of a route by public origin, made once. */
export function protections(
  route: Route,
  authentication: Authentication,
): ReadonlyMap<string, Protection> {
  return new Map(
    route.publicOrigins.map(origin => [origin, protection(origin, route, authentication)]),
  )
}

function protection(origin: string, route: Route, authentication: Authentication): Protection {
  const resource = authentication.resource ?? issuerUrl(origin, route.path)
  const authorizationServers =
    authentication.relay === undefined
      ? authentication.issuers.map(({ issuer }) => issuer)
      : [issuerUrl(origin, route.path)]
  const path = URL.canParse(resource) ? new URL(resource).pathname : route.path
  return {
    origin,
    resource,
    resourceMetadata:
      authentication.apiKeys?.hidden === true
        ? undefined
        : issuerUrl(`${origin}/.well-known/oauth-protected-resource`, path),
    scopes: authentication.challengeScopes,
    document: JSON.stringify(
      protectedResourceMetadata(authentication, resource, authorizationServers),
    ),
  }
}

/** Origin and path as one URL without a final slash, which clients compare to the letter. */
export function issuerUrl(origin: string, path: string): string {
  return origin + (path.endsWith('/') ? path.replace(/\/+$/, '') : path)
}
