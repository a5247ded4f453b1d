import { nearest } from '../nearest.ts'
import { below, type Locate, type RouteResource, type Spot } from '../resource.ts'
import type {
  BackendPolicies,
  McpBackendConfig,
  RouteBackendConfig,
  ServiceBackendConfig,
} from '../schema/backend.ts'
import type {
  Backend,
  BackendAuth,
  HttpBackend,
  HttpHost,
  Match,
  McpBackend,
  Rule,
} from '../snapshot.ts'
import { compileBackendAuth, type Written } from './backend-auth.ts'
import { compileBackendTls, overTls, type WrittenTls } from './backend-tls.ts'
import type { Compilation } from './context.ts'
import { compileHeaderModifier } from './header-modifier.ts'
import type { WrittenPolicy } from './mcp-authorization.ts'
import { compileRedirect, compileUrlRewrite } from './rewrite.ts'
import { compileRules } from './rules.ts'
import { compileTarget } from './target.ts'

type Auth = Written<NonNullable<BackendPolicies['backendAuth']>>

/** A backend of a route after names have been looked up. */
type Found = {
  readonly service: ServiceBackendConfig
  readonly weight: number
  /** Where `service` was written: here, or in the list of named backends. */
  readonly locate: Locate
  /** The closest first. */
  readonly policies: readonly BackendPolicies[]
  /** Those about who may do what, the outermost first. */
  readonly levels: readonly BackendLevel[]
  readonly auth: readonly (Auth | undefined)[]
  readonly tls: readonly (WrittenTls | undefined)[]
}

/** Who may do what, of one backend as it was written in one place. */
type BackendLevel = {
  readonly authorization: readonly Rule[]
  readonly mcpAuthorization: WrittenPolicy | undefined
}

export type CompiledBackend = {
  readonly backend: Backend
  /** Of an MCP backend, the closest first: headers of its answers. */
  readonly policies: readonly BackendPolicies[]
  readonly levels: readonly BackendLevel[]
  /** `mcpAuthorization` of targets, by their name. */
  readonly targetPolicies: Readonly<Record<string, WrittenPolicy>>
}

/**
 * What serves a route.
 *
 * @param matches of the route, for what is put in their place
 * @param authenticated whether a policy of the route reads the client's credential. Where none does,
 *   a single backend gets the credential as it came, because it is then the only one to check it.
 */
export function compileBackend(
  route: RouteResource,
  matches: readonly Match[],
  authenticated: boolean,
  compilation: Compilation,
): CompiledBackend | undefined {
  const { report } = compilation
  const configs = route.backends ?? []
  const { requestRedirect } = route.policies ?? {}
  const refusing = configs.find(config => config.refusing !== undefined)?.refusing
  if (refusing !== undefined) {
    const backend = { kind: 'refusing', ...refusing } as const
    return { backend, policies: [], levels: [], targetPolicies: {} }
  }
  if (requestRedirect !== undefined) {
    const here: Locate = (...path) => route.locate('policies', 'requestRedirect', ...path)
    const backend = compileRedirect(requestRedirect, matches, here, report)
    if (configs.length > 0) {
      report.warn(
        route.locate('backends'),
        'the route redirects, so its backends get nothing',
        'Remove one of the two',
      )
    }
    return { backend, policies: [], levels: [], targetPolicies: {} }
  }
  const found = configs.map((config, index) => find(config, index, route, compilation))
  const [first] = found
  if (configs.length === 0) {
    report.error(
      route.locate(),
      `the route ${route.name} has no backend`,
      'Add backends: with mcp: {targets: …} or host: name:port, or requestRedirect',
    )
  }
  if (first === undefined || found.includes(undefined)) return undefined
  const all = found.filter(one => one !== undefined)
  if (all.length > 1 && !checkSeveral(all, route.locate('backends', 1), compilation))
    return undefined

  const { levels, policies } = first
  const { mcp } = first.service
  if (mcp === undefined) {
    const backend = httpBackend(all, route, matches, authenticated, compilation)
    return { backend, policies: [], levels, targetPolicies: {} }
  }
  if (route.policies?.urlRewrite !== undefined) {
    report.warn(
      route.locate('policies', 'urlRewrite'),
      'urlRewrite is for plain HTTP backends: an MCP target has the host and path of its own URL',
      'Remove it',
    )
  }
  const backend = mcpBackend(mcp, first, route, authenticated, compilation)
  return { backend, policies, levels, targetPolicies: targetPolicies(mcp, first.locate) }
}

function targetPolicies(
  { targets }: McpBackendConfig,
  locate: Locate,
): Readonly<Record<string, WrittenPolicy>> {
  return Object.fromEntries(
    targets.flatMap(({ name, policies }, index) => {
      const policy = policies?.mcpAuthorization
      const here = below(locate, 'mcp', 'targets', index, 'policies', 'mcpAuthorization')
      return policy === undefined ? [] : [[name, { policy, locate: here }]]
    }),
  )
}

function find(
  config: RouteBackendConfig,
  index: number,
  route: RouteResource,
  compilation: Compilation,
): Found | undefined {
  const { backends, report } = compilation
  const here: Locate = (...path) => route.locate('backends', index, ...path)
  const ofRoute: Locate = (...path) => route.locate('policies', ...path)
  const routeAuth = authOf(route.policies, ofRoute)
  const routeTls = tlsOf(route.policies, ofRoute)
  const ownAuth = authOf(config.policies, below(here, 'policies'))
  const ownTls = tlsOf(config.policies, below(here, 'policies'))
  const own = config.policies === undefined ? [] : [config.policies]
  const ownLevel = levelOf(config.policies, below(here, 'policies'), compilation)
  const { weight = 1, backend } = config
  if (backend === undefined) {
    const auth = [ownAuth, routeAuth]
    const tls = [ownTls, routeTls]
    return { service: config, weight, locate: here, policies: own, levels: [ownLevel], auth, tls }
  }
  const named = backends.get(backend)
  if (named === undefined) {
    const candidate = nearest(backend, [...backends.keys()])
    report.error(
      here('backend'),
      `no backend is called ${backend}`,
      candidate === undefined ? 'Add it to the top-level backends' : `Did you mean ${candidate}?`,
    )
    return undefined
  }
  const namedAuth = authOf(named.policies, below(named.locate, 'policies'))
  const namedTls = tlsOf(named.policies, below(named.locate, 'policies'))
  return {
    service: named,
    weight,
    locate: named.locate,
    policies: named.policies === undefined ? own : [...own, named.policies],
    levels: [levelOf(named.policies, below(named.locate, 'policies'), compilation), ownLevel],
    auth: [ownAuth, namedAuth, routeAuth],
    tls: [ownTls, namedTls, routeTls],
  }
}

function levelOf(
  policies: BackendPolicies | undefined,
  locate: Locate,
  { report }: Compilation,
): BackendLevel {
  const { authorization, mcpAuthorization: policy } = policies ?? {}
  const at = below(locate, 'authorization', 'rules')
  return {
    authorization: compileRules(authorization?.rules ?? [], 'http', at, report),
    mcpAuthorization: policy && { policy, locate: below(locate, 'mcpAuthorization') },
  }
}

function authOf(policies: BackendPolicies | undefined, locate: Locate): Auth | undefined {
  const policy = policies?.backendAuth
  return policy && { policy, spot: locate('backendAuth', 'key') }
}

function tlsOf(policies: BackendPolicies | undefined, locate: Locate): WrittenTls | undefined {
  const policy = policies?.backendTLS
  return policy && { policy, locate: below(locate, 'backendTLS') }
}

/** Weights share requests among hosts of one service; other mixtures have no meaning. */
function checkSeveral(all: readonly Found[], spot: Spot, { report }: Compilation): boolean {
  if (all.some(({ service }) => service.mcp !== undefined)) {
    report.error(
      spot,
      'a route has one MCP backend and no other',
      'Put all MCP servers below `targets` of one mcp backend',
    )
    return false
  }
  const given = all.flatMap(({ policies }) => policies)
  if (given.some(policy => policy.authorization ?? policy.mcpAuthorization)) {
    report.error(
      spot,
      'who may use backends that share the requests of a route cannot depend on which of them answers',
      'Move the rules to the policies of the route',
    )
    return false
  }
  if (all.every(({ weight }) => weight === 0)) {
    report.error(spot, 'all backends of the route have weight 0', 'Give one of them a weight')
    return false
  }
  return true
}

function httpBackend(
  all: readonly Found[],
  route: RouteResource,
  matches: readonly Match[],
  authenticated: boolean,
  compilation: Compilation,
): HttpBackend {
  const otherwise: BackendAuth = { kind: authenticated ? 'none' : 'passthrough' }
  const { policies: ofRoute = {} } = route
  const here: Locate = (...path) => route.locate('policies', 'urlRewrite', ...path)
  return {
    kind: 'http',
    hosts: all.map(({ service, weight, policies, auth, tls: written }): HttpHost => {
      const tls = compileBackendTls(written, compilation)
      return {
        origin: overTls(service.host ?? '', tls),
        weight,
        auth: compileBackendAuth(auth, otherwise, compilation),
        tls,
        // The closest changes the request last and the answer first.
        requestHeaders: compileHeaderModifier(
          ofRoute.requestHeaderModifier,
          ...policies.map(policy => policy.requestHeaderModifier).toReversed(),
        ),
        responseHeaders: compileHeaderModifier(
          ...policies.map(policy => policy.responseHeaderModifier),
          ofRoute.responseHeaderModifier,
        ),
      }
    }),
    ...compileUrlRewrite(ofRoute.urlRewrite ?? {}, matches, here, compilation.report),
  }
}

function mcpBackend(
  config: McpBackendConfig,
  { locate, auth, tls, policies }: Found,
  route: RouteResource,
  authenticated: boolean,
  compilation: Compilation,
): McpBackend {
  const { targets: configs, failureMode = 'failClosed' } = config
  const { report } = compilation
  if (configs.length === 0 && failureMode === 'failClosed') {
    report.error(
      locate('mcp', 'targets'),
      'expected at least one target, got an empty list',
      'Add a target, or failureMode: failOpen to serve an empty list',
    )
  }
  const passes = !authenticated && configs.length === 1
  const inherited = {
    auth,
    tls,
    requestHeaders: [
      route.policies?.requestHeaderModifier,
      ...policies.map(policy => policy.requestHeaderModifier).toReversed(),
    ],
    otherwise: { kind: passes ? 'passthrough' : 'none' } as const,
  }
  const names = new Set<string>()
  const targets = configs.map((target, index) => {
    const here: Locate = (...path) => locate('mcp', 'targets', index, ...path)
    if (names.has(target.name)) {
      report.error(
        here('name'),
        `two targets of the route ${route.name} are called ${target.name}`,
        'Rename one: the name is the prefix of its tools',
      )
    }
    names.add(target.name)
    return compileTarget(target, inherited, here, compilation)
  })
  return {
    kind: 'mcp',
    targets: targets.filter(target => target !== undefined),
    prefixMode: config.prefixMode ?? 'conditional',
    failureMode,
    stateful: config.statefulMode !== 'stateless',
    anonymousSessions: config.anonymousSessions ?? 'separate',
  }
}
