import { check } from '../../config/check.ts'
import type { Locate, RouteResource } from '../../config/resource.ts'
import { type RouteConfig, route as routeSchema } from '../../config/schema/route.ts'
import { toPieces } from './agentgateway-policy.ts'
import { type Effect, type Merged, merge } from './effects.ts'
import type { HTTPRoute, RouteFilter, RouteRule } from './gateway-api.ts'
import type { ListenerState } from './gateways.ts'
import { nameOf, titleOf } from './object.ts'
import { placed } from './placed.ts'
import type { RuleBackends } from './route-backends.ts'
import { toMatch } from './route-match.ts'

/** One rule of an HTTPRoute, without what depends on the listener. */
export type TranslatedRule = {
  readonly route: HTTPRoute
  readonly index: number
  readonly rule: RouteRule
  /** Hostnames and matches; undefined when `problem` says what is wrong with them. */
  readonly config: Pick<RouteConfig, 'hostnames' | 'matches'> | undefined
  /** What its own filters and timeouts do. */
  readonly effect: Effect
  readonly problem: string | undefined
}

/** Filters as members of the policies of a route. */
const FILTERS: Readonly<Record<string, (filter: RouteFilter) => object>> = {
  RequestHeaderModifier: filter => ({ requestHeaderModifier: filter.requestHeaderModifier }),
  ResponseHeaderModifier: filter => ({ responseHeaderModifier: filter.responseHeaderModifier }),
}

export type TranslateRule = (route: HTTPRoute, rule: RouteRule, index: number) => TranslatedRule

/** Translates rules of HTTPRoutes, each once as long as it has not changed. */
export function createRuleTranslator(): TranslateRule {
  const known = new WeakMap<RouteRule, TranslatedRule>()
  return (route, rule, index) => {
    const before = known.get(rule)
    if (before !== undefined) return { ...before, route, index }
    const translated = translateRule(route, rule, index)
    known.set(rule, translated)
    return translated
  }
}

function translateRule(route: HTTPRoute, rule: RouteRule, index: number): TranslatedRule {
  const path = `spec.rules[${index}]`
  const unsupported = (rule.filters ?? []).filter(({ type }) => FILTERS[type] === undefined)
  const { request, backendRequest } = rule.timeouts ?? {}
  const timeout =
    request === undefined && backendRequest === undefined
      ? {}
      : { timeout: { requestTimeout: request, backendRequestTimeout: backendRequest } }
  const filters = (rule.filters ?? []).map(filter => FILTERS[filter.type]?.(filter))
  const { pieces, problems } = toPieces(route, path, Object.assign({}, timeout, ...filters))
  const written = {
    hostnames: route.spec?.hostnames ?? [],
    matches: (rule.matches ?? []).map(toMatch),
  }
  const { value, diagnostics } = check(routeSchema, written, { source: titleOf(route), path })
  const wrong = [
    ...unsupported.map(({ type }) => `${path}.filters: ${type} is not supported`),
    ...problems,
    ...diagnostics.map(one => `${one.path}: ${one.message}`),
  ]
  return {
    route,
    index,
    rule,
    config: value,
    effect: { object: route, pieces, refuses: undefined, overrides: false },
    problem: wrong.length === 0 ? undefined : wrong.join('; '),
  }
}

/**
 * A rule on one listener as a route, with everything that holds for it.
 *
 * @param levels effects from the Gateway to the backend; the rule's own come last
 * @param blamed what the configuration says is wrong with the HTTPRoute
 */
export function toRouteResource(
  { route, index, rule, config, effect, problem }: TranslatedRule,
  listener: ListenerState,
  { backends }: RuleBackends,
  levels: readonly (readonly Effect[])[],
  blamed: string | undefined,
): RouteResource | undefined {
  // Without hostnames and matches there is no telling which requests it would be for.
  if (config === undefined) return undefined
  const broken = problem ?? blamed
  const bare: RouteResource = {
    kind: 'route',
    name: `${nameOf(route)}/${rule.name ?? index}`,
    listeners: [listener.key],
    hostnames: config.hostnames,
    matches: config.matches,
    backends:
      broken === undefined
        ? backends
        : [refusing('no_backend', 'the route cannot be served as it is written')],
    ...placed(route, `spec.rules[${index}]`),
  }
  // What the configuration found wrong with the route may be one of its own filters.
  return protect(bare, merge(blamed === undefined ? [...levels, [effect]] : levels))
}

/** A route under its policies; closed where one of them protects and cannot be applied. */
export function protect(route: RouteResource, merged: Merged): RouteResource {
  const { refuses } = merged
  return {
    ...route,
    policies: refuses === undefined ? policiesOf(merged) : {},
    backends: refuses === undefined ? route.backends : [refusing('not_protected', refuses)],
    locate: locateIn(route.locate, merged),
  }
}

/**
 * A route to a server that an MCP gateway stands in front of. Who could use it without a token would get around the
 * gateway, so it is closed unless a policy of its own asks for one.
 */
export function closeSideDoor(route: RouteResource): RouteResource {
  const { mcpAuthentication, jwtAuth } = route.policies ?? {}
  if ((mcpAuthentication ?? jwtAuth) !== undefined) return route
  const detail = 'this server is behind an MCP gateway and has no policy of its own'
  return { ...route, backends: [refusing('not_protected', detail)] }
}

function refusing(
  failure: 'no_backend' | 'not_protected',
  detail: string,
): NonNullable<RouteResource['backends']>[number] {
  return { refusing: { failure, detail } }
}

function policiesOf({ pieces }: Merged): NonNullable<RouteResource['policies']> {
  return Object.fromEntries([...pieces].map(([member, { value }]) => [member, value]))
}

/** What a policy said is found in the policy, the rest in the rule. */
function locateIn(rule: Locate, { pieces }: Merged): Locate {
  return (...path) => {
    const [first, member, ...rest] = path
    const piece = first === 'policies' ? pieces.get(member as never) : undefined
    return piece === undefined ? rule(...path) : piece.locate(...rest)
  }
}
