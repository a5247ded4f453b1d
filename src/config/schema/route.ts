import * as z from 'zod'
import { type RouteBackendConfig, routeBackend } from './backend.ts'
import { type MatchConfig, match } from './match.ts'
import { object } from './object.ts'
import { type RoutePolicies, routePolicies } from './policies.ts'
import { hostname, httpOrigin, nonEmpty } from './value.ts'

export type RouteConfig = {
  readonly name?: string | undefined
  readonly hostnames?: readonly string[] | undefined
  readonly matches?: readonly MatchConfig[] | undefined
  readonly policies?: RoutePolicies | undefined
  readonly backends?: readonly RouteBackendConfig[] | undefined
  readonly publicUrl?: string | undefined
}

/** A route of the flat form, which says by itself where it hangs. */
export type AttachedRouteConfig = RouteConfig & {
  readonly gateways?: readonly string[] | undefined
}

const members = {
  name: nonEmpty.optional().describe('Name in logs and metrics, unique on its listener'),
  hostnames: z.array(hostname).optional().describe('Host names that it is for; left out: all'),
  matches: z
    .array(match)
    .optional()
    .describe('Requests that it takes, any of these; left out: all'),
  policies: routePolicies.optional().describe('What holds for its requests'),
  backends: z.array(routeBackend).optional().describe('What serves them'),
  publicUrl: httpOrigin
    .optional()
    .describe('Ours. The origin under which clients reach this route'),
}

export const route: z.ZodType<RouteConfig> = object(members, 'route')

/** One name or a list. */
export const gatewayNames: z.ZodType<readonly string[]> = z.union([
  nonEmpty.transform(name => [name]),
  z.array(nonEmpty).min(1),
])

export const attachedRoute: z.ZodType<AttachedRouteConfig> = object(
  {
    ...members,
    gateways: gatewayNames
      .optional()
      .describe('Gateways (or gateway/listener) that serve it; `default` when left out'),
  },
  'route',
)
