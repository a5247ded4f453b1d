import { hostsOverlap } from '../hostname.ts'
import { isLoopback, LOOPBACK_HOSTS } from '../loopback.ts'
import {
  type BindResource,
  below,
  type ListenerResource,
  type Locate,
  type RouteResource,
} from '../resource.ts'
import type { ListenerPolicies } from '../schema/listener.ts'
import type { Listener, Route } from '../snapshot.ts'
import type { Compilation } from './context.ts'
import { scopesOfRules, withScopes } from './every-call-scopes.ts'
import { compileMcpAuthorization, type WrittenPolicy } from './mcp-authorization.ts'
import { publicOrigins, type Surroundings } from './public-origins.ts'
import { checkAnnotations } from './rate-limits.ts'
import { checkResourceFit } from './resource-fit.ts'
import { type RouteBody, rulesOf } from './route.ts'
import { compileTls } from './tls.ts'

/** A route with its compiled part; undefined: it has errors, which are reported. */
export type RoutePair = { readonly resource: RouteResource; readonly body: RouteBody | undefined }

export function compileListener(
  listener: ListenerResource,
  bind: BindResource,
  attached: readonly RoutePair[],
  publicUrl: string | undefined,
  compilation: Compilation,
): Listener {
  const { report } = compilation
  const names = new Set<string>()
  for (const { resource } of attached) {
    if (names.has(resource.name)) {
      report.error(
        resource.locate('name'),
        `two routes of the listener ${listener.key} are called ${resource.name}`,
        'Rename one: the name is its label in logs and metrics',
      )
    }
    names.add(resource.name)
    checkHostnames(resource, listener, compilation)
  }
  if (attached.length === 0) {
    report.warn(listener.locate(), `the listener ${listener.key} has no routes: it answers 404`)
  }
  const levels = ownLevels(listener)
  const ownRules = levels.flatMap(({ policies, locate }) => rulesOf(policies, locate, compilation))
  const ownPolicies = levels.map(({ policies, locate }): WrittenPolicy | undefined => {
    const policy = policies.mcpAuthorization
    return policy && { policy, locate: below(locate, 'mcpAuthorization') }
  })
  const routes = attached.flatMap(({ resource: route, body }): Route[] => {
    if (body === undefined) return []
    const resource = body.authentication?.resource
    const surroundings: Surroundings = { bind, listener, route, publicUrl, resource }
    checkResourceFit(surroundings, body, report)
    const { mcpPolicies, targetPolicies, authentication, ...rest } = body
    const authorization = [...ownRules, ...body.authorization]
    const requestScopes = scopesOfRules(authorization, 'http')
    const levelsOfAll = [...ownPolicies, ...mcpPolicies]
    const mcpAuthorization =
      body.backend.kind === 'mcp'
        ? compileMcpAuthorization(levelsOfAll, targetPolicies, requestScopes, report)
        : undefined
    if (authentication === undefined) warnOfScopes(mcpPolicies, report)
    if (body.backend.kind === 'mcp') checkAnnotations(body.rateLimits, mcpAuthorization, report)
    const everyCall = mcpAuthorization?.everyCallScopes ?? requestScopes
    return [
      {
        ...rest,
        authentication: authentication && withScopes(authentication, everyCall),
        id: `${listener.key}/${route.name}`,
        publicOrigins: publicOrigins(surroundings),
        authorization,
        mcpAuthorization,
      },
    ]
  })
  return {
    name: listener.key,
    origin: listener.origin,
    hostname: listener.hostname,
    tls: compileListenerTls(listener, compilation),
    allowedHosts: allowedHosts(bind, listener, attached, routes),
    routes,
  }
}

function warnOfScopes(policies: readonly WrittenPolicy[], report: Compilation['report']): void {
  for (const { policy, locate } of policies) {
    if (policy.requiredScopes === undefined) continue
    report.warn(
      locate('requiredScopes'),
      'nobody can have these scopes: the route asks nobody who they are',
      'Add mcpAuthentication',
    )
  }
}

/** Policies stand in place on a gateway, and below `policies` on a listener. */
function ownLevels(
  listener: ListenerResource,
): readonly { readonly policies: ListenerPolicies; readonly locate: Locate }[] {
  const { policies = {}, locate } = listener
  return [
    { policies: listener, locate },
    { policies, locate: below(locate, 'policies') },
  ]
}

function compileListenerTls(listener: ListenerResource, compilation: Compilation): Listener['tls'] {
  const { tls, protocol, locate } = listener
  if (tls !== undefined) return compileTls(tls, member => locate('tls', member), compilation)
  if (protocol === 'HTTPS') {
    compilation.report.error(
      locate('protocol'),
      `the listener ${listener.key} is HTTPS and has no tls`,
      'Add tls: {cert: FILE, key: FILE}',
    )
  }
  return undefined
}

/** On loopback no other machine can be meant, so a request with another Host comes from a rebound name. */
function allowedHosts(
  bind: BindResource,
  listener: ListenerResource,
  attached: readonly RoutePair[],
  routes: readonly Route[],
): readonly string[] | undefined {
  const isLocal = bind.address !== undefined && isLoopback(bind.address)
  if (!isLocal && !attached.some(asksForProtection)) return undefined
  const hosts = new Set(LOOPBACK_HOSTS)
  for (const route of routes) {
    for (const origin of route.publicOrigins) hosts.add(new URL(origin).hostname)
    for (const name of route.hostnames) hosts.add(name)
  }
  if (listener.hostname !== undefined) hosts.add(listener.hostname)
  return [...hosts]
}

function asksForProtection({ resource }: RoutePair): boolean {
  return (resource.backends ?? []).some(({ mcp }) => mcp?.dnsRebindingProtection === true)
}

function checkHostnames(
  route: RouteResource,
  listener: ListenerResource,
  { report }: Compilation,
): void {
  const { hostname } = listener
  if (hostname === undefined) return
  for (const [index, name] of (route.hostnames ?? []).entries()) {
    if (!hostsOverlap(name, hostname)) {
      report.warn(
        route.locate('hostnames', index),
        `${name} never reaches the route: its listener is for ${hostname}`,
      )
    }
  }
}
