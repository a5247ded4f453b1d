import { check } from '../../config/check.ts'
import type { Locate, RouteResource } from '../../config/resource.ts'
import { type RouteConfig, route as routeSchema } from '../../config/schema/route.ts'
import { type Effect, type Merged, merge } from './effects.ts'
import type { HTTPRoute, RouteRule } from './gateway-api.ts'
import type { ListenerState } from './gateways.ts'
import { nameOf, titleOf } from './object.ts'
import { placed } from './placed.ts'
import type { RuleBackends } from './route-backends.ts'
import { filtersOn, ruleFilters } from './route-filters.ts'
import { toMatch } from './route-match.ts'
import { toPieces } from './sections.ts'

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
  const filters = ruleFilters(rule.filters)
  const { request, backendRequest } = rule.timeouts ?? {}
  const timeout =
    request === undefined && backendRequest === undefined
      ? {}
      : { timeout: { requestTimeout: request, backendRequestTimeout: backendRequest } }
  const { pieces, problems } = toPieces(route, path, { ...timeout, ...filters.written })
  const written = {
    hostnames: route.spec?.hostnames ?? [],
    matches: (rule.matches ?? []).map(toMatch),
  }
  const { value, diagnostics } = check(routeSchema, written, { source: titleOf(route), path })
  const wrong = [
    ...filters.unsupported.map(type => `${path}.filters: ${type} is not supported`),
    ...problems,
    ...diagnostics.map(one => `${one.path}: ${one.message}`),
  ]
  return {
    route,
    index,
    rule,
    config: value,
    effect: { pieces, refuses: undefined, overrides: false },
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
  { backends, keepsHost }: RuleBackends,
  levels: readonly (readonly Effect[])[],
  blamed: string | undefined,
): RouteResource | undefined {
  // Without hostnames and matches there is no telling which requests it would be for.
  if (config === undefined) return undefined
  const broken = problem ?? blamed
  const own = filtersOn(effect, listener)
  const redirects = own.pieces.some(({ member }) => member === 'requestRedirect')
  const bare: RouteResource = {
    kind: 'route',
    name: `${nameOf(route)}/${rule.name ?? index}`,
    listeners: [listener.key],
    hostnames: config.hostnames,
    matches: config.matches,
    backends: broken === undefined ? (redirects ? [] : backends) : [CANNOT_BE_SERVED],
    ...placed(route, `spec.rules[${index}]`),
  }
  // What the configuration found wrong with the route may be one of its own filters.
  const last = blamed === undefined ? [own] : []
  return protect(bare, merge([keepsHost ? [hostStays(bare.locate)] : [], ...levels, last]))
}

/** Services get the Host of the client, unless something rewrites it (HTTPURLRewriteFilter "hostname"). */
function hostStays(locate: Locate): Effect {
  const piece = { member: 'urlRewrite', value: { authority: 'none' }, locate } as const
  return { pieces: [piece], refuses: undefined, overrides: false }
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

const CANNOT_BE_SERVED = refusing('no_backend', 'the route cannot be served as it is written')

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
