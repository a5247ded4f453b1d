import type { RoutePolicies } from '../../config/schema/policies.ts'
import type { RequestRedirectPolicy } from '../../config/schema/rewrite.ts'
import type { Effect, Piece } from './effects.ts'
import type { PathModifier, RedirectFilter, RewriteFilter, RouteFilter } from './gateway-api.ts'
import { type ListenerState, PUBLIC_URL } from './gateways.ts'

/** What stands for a filter of a rule in the policies of a route. */
type Written = Readonly<Partial<Record<keyof RoutePolicies, unknown>>>

/** Filters of a rule (HTTPRouteFilter); of other types the rule cannot be served. */
const OF_RULE: Readonly<Record<string, (filter: RouteFilter) => Written>> = {
  RequestHeaderModifier: filter => ({ requestHeaderModifier: filter.requestHeaderModifier }),
  ResponseHeaderModifier: filter => ({ responseHeaderModifier: filter.responseHeaderModifier }),
  RequestRedirect: filter => ({ requestRedirect: redirect(filter.requestRedirect ?? {}) }),
  URLRewrite: filter => ({ urlRewrite: rewrite(filter.urlRewrite ?? {}) }),
}

/** Filters of one backend of a rule. */
const OF_BACKEND = ['RequestHeaderModifier', 'ResponseHeaderModifier']

export type TranslatedFilters = {
  readonly written: Written
  /** Types of filters that are not supported there. */
  readonly unsupported: readonly string[]
}

export function ruleFilters(filters: readonly RouteFilter[] = []): TranslatedFilters {
  return translate(filters, Object.keys(OF_RULE))
}

export function backendFilters(filters: readonly RouteFilter[] = []): TranslatedFilters {
  return translate(filters, OF_BACKEND)
}

function translate(filters: readonly RouteFilter[], known: readonly string[]): TranslatedFilters {
  const types = filters.map(({ type }) => type)
  return {
    written: Object.assign({}, ...filters.map(filter => OF_RULE[filter.type]?.(filter))),
    unsupported: types.filter(type => !known.includes(type)),
  }
}

/** The port is added for each listener, see `filtersOn`. */
function redirect({ scheme, hostname, path, port, statusCode }: RedirectFilter): object {
  return {
    ...(scheme === undefined ? {} : { scheme }),
    ...authority(hostname, port),
    ...pathOf(path),
    ...(statusCode === undefined ? {} : { status: statusCode }),
  }
}

function rewrite({ hostname, path }: RewriteFilter): object {
  return { ...authority(hostname, undefined), ...pathOf(path) }
}

function authority(host: string | undefined, port: number | undefined): object {
  if (host === undefined) return port === undefined ? {} : { authority: { port } }
  return { authority: { full: port === undefined ? host : `${host}:${port}` } }
}

function pathOf(path: PathModifier | undefined): object {
  if (path === undefined) return {}
  const { replaceFullPath: full, replacePrefixMatch: prefix = '/' } = path
  return { path: full === undefined ? { prefix } : { full } }
}

/** What the filters of a rule do on one listener: the port of a redirect depends on it. */
export function filtersOn(effect: Effect, { spec, gateway }: ListenerState): Effect {
  if (!effect.pieces.some(({ member }) => member === 'requestRedirect')) return effect
  const publicPort = portOf(gateway.metadata.annotations?.[PUBLIC_URL])
  const pieces = effect.pieces.map((piece): Piece => {
    if (piece.member !== 'requestRedirect') return piece
    return { ...piece, value: withPort(piece.value, publicPort ?? spec.port) }
  })
  return { ...effect, pieces }
}

/**
 * HTTPRequestRedirectFilter "port": "If redirect scheme is empty, the redirect port MUST be the Gateway
 * Listener port"; with a scheme it is the one that the scheme has.
 */
function withPort(policy: RequestRedirectPolicy, listenerPort: number): RequestRedirectPolicy {
  const { scheme, authority: given } = policy
  if (scheme !== undefined || given?.port !== undefined) return policy
  if (given?.full === undefined) return { ...policy, authority: { port: listenerPort } }
  if (/:\d+$/.test(given.full)) return policy
  return { ...policy, authority: { full: `${given.full}:${listenerPort}` } }
}

function portOf(url: string | undefined): number | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const { port, protocol } = new URL(url)
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}
