import type { Endpoint } from '../authserver/endpoint.ts'
import type { Authentication, Route } from '../config/snapshot.ts'

/** A URL that the gateway answers by itself, beside the routes. */
export type OwnEndpoint = {
  readonly route: Route
  readonly serves:
    | { readonly kind: 'protected-resource' }
    /** `issuerPath`: path of the issuer below which the URL lies; empty: the origin itself. */
    | { readonly kind: 'relay'; readonly endpoint: Endpoint; readonly issuerPath: string }
    /** A well-known document of the one target behind a route without authentication. */
    | { readonly kind: 'passthrough'; readonly document: WellKnown; readonly root: boolean }
}

export type WellKnown =
  | 'oauth-protected-resource'
  | 'oauth-authorization-server'
  | 'openid-configuration'

export type OwnEndpoints = {
  /** `host` and `path` as `requestTarget` gives them. */
  find(host: string, path: string): OwnEndpoint | undefined
  /** True below the well-known names that clients probe: never answered with 401 or 5xx. */
  isProbe(path: string): boolean
}

/** Endpoints by path, then by the place of their routes. */
type Table = Map<string, Map<string, OwnEndpoint>>

/** Where providers send browsers back to. One per origin, because operators have to register it. */
export const CALLBACK_PATH = '/oauth/callback'

const DOCUMENTS: readonly WellKnown[] = [
  'oauth-protected-resource',
  'oauth-authorization-server',
  'openid-configuration',
]

const RELAY_ENDPOINTS: readonly Endpoint[] = ['authorize', 'consent', 'token', 'register', 'revoke']

const METADATA_DOCUMENTS: readonly WellKnown[] = [
  'oauth-authorization-server',
  'openid-configuration',
]

/**
 * The table of the documents and relay endpoints of one listener (RFC 9728 §3.1, RFC 8414 §3.1, §5).
 *
 * Each is served at the path form. The root form, where clients without RFC 9728 look, is served too
 * while exactly one route of the host could be meant; adding a second one takes the root form away and
 * changes no issuer. What an operator routes explicitly to another backend is not taken from it here:
 * the gate looks into this table first, so these paths are reserved.
 */
export function createOwnEndpoints(routes: readonly Route[]): OwnEndpoints {
  const byPath: Table = new Map()
  const atRoot: Table = new Map()

  const add = (table: Table, path: string, endpoint: OwnEndpoint): void => {
    const entries = table.get(path) ?? new Map<string, OwnEndpoint>()
    table.set(path, entries)
    const place = placeOf(endpoint.route)
    // Several routes of one path (by method or header) are one resource: the first speaks for it.
    if (!entries.has(place)) entries.set(place, endpoint)
  }

  for (const route of routes) {
    const path = trim(route.path)
    if (route.authentication !== undefined) addProtected(route, route.authentication, path)
    else if (isPassthrough(route)) addPassthrough(route, path)
  }

  function addProtected(route: Route, authentication: Authentication, path: string): void {
    const metadata: OwnEndpoint = { route, serves: { kind: 'protected-resource' } }
    if (authentication.apiKeys?.hidden !== true) {
      for (const suffix of new Set([path, ...resourcePath(authentication.resource)])) {
        add(byPath, `/.well-known/oauth-protected-resource${suffix}`, metadata)
      }
      add(atRoot, '/.well-known/oauth-protected-resource', metadata)
    }
    if (authentication.relay === undefined) return
    addIssuer(byPath, route, path)
    addIssuer(atRoot, route, '')
    add(byPath, CALLBACK_PATH, {
      route,
      serves: { kind: 'relay', endpoint: 'callback', issuerPath: path },
    })
  }

  function addIssuer(table: Table, route: Route, issuerPath: string): void {
    for (const document of METADATA_DOCUMENTS) {
      const endpoint: OwnEndpoint = {
        route,
        serves: { kind: 'relay', endpoint: 'metadata', issuerPath },
      }
      add(table, `/.well-known/${document}${issuerPath}`, endpoint)
      add(table, `${issuerPath}/.well-known/${document}`, endpoint)
    }
    for (const endpoint of RELAY_ENDPOINTS) {
      add(table, `${issuerPath}/${endpoint}`, {
        route,
        serves: { kind: 'relay', endpoint, issuerPath },
      })
    }
  }

  function addPassthrough(route: Route, path: string): void {
    for (const document of DOCUMENTS) {
      const serves = { kind: 'passthrough', document } as const
      add(byPath, `/.well-known/${document}${path}`, { route, serves: { ...serves, root: false } })
      add(atRoot, `/.well-known/${document}`, { route, serves: { ...serves, root: true } })
    }
  }

  return {
    find(host, path) {
      const normal = trim(path)
      const [exact] = serving(byPath.get(normal), host, 1)
      if (exact !== undefined) return exact
      const [only, another] = serving(atRoot.get(normal), host, 2)
      return another === undefined ? only : undefined
    },
    isProbe: path => path.includes('/.well-known/') && PROBE.test(path),
  }
}

const PROBE = /(?:^|\/)\.well-known\/(?:oauth-[a-z-]+|openid-configuration)(?:\/|$)/

/**
 * A route whose one target sees the client's credential: nothing on the way reads it (SECURITY.md, invariant 1).
 */
export function isPassthrough({ authentication, backend }: Route): boolean {
  return (
    authentication === undefined &&
    backend.kind === 'mcp' &&
    backend.targets.length === 1 &&
    backend.targets[0]?.transport.kind === 'http'
  )
}

function resourcePath(resource: string | undefined): string[] {
  return resource === undefined || !URL.canParse(resource) ? [] : [trim(new URL(resource).pathname)]
}

/** Issuers and resources have no final slash, so that both spellings of a URL are one. */
function trim(path: string): string {
  return path.endsWith('/') ? path.replace(/\/+$/, '') : path
}

/** The first endpoints of a host, no more than so many. */
function serving(
  entries: ReadonlyMap<string, OwnEndpoint> | undefined,
  host: string,
  most: number,
): readonly OwnEndpoint[] {
  const found: OwnEndpoint[] = []
  for (const endpoint of entries?.values() ?? []) {
    if (servesHost(endpoint.route, host) && found.push(endpoint) === most) break
  }
  return found
}

function servesHost({ hostnames }: Route, host: string): boolean {
  return (
    hostnames.length === 0 ||
    hostnames.some(name => name === host || (name.startsWith('*.') && host.endsWith(name.slice(1))))
  )
}

/** Where a route is for clients. */
function placeOf({ path, hostnames }: Route): string {
  return `${hostnames.join()} ${trim(path)}`
}
