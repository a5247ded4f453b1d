import { nearest } from '../nearest.ts'
import { below, type Locate } from '../resource.ts'
import type { BackendPolicies } from '../schema/backend.ts'
import type { RemoteTargetConfig, TargetConfig, ToolPatternConfig } from '../schema/target.ts'
import { parseHttpUrl } from '../schema/value.ts'
import type { BackendAuth, Target, ToolPattern, ToolSelection } from '../snapshot.ts'
import { compileBackendAuth, type Written } from './backend-auth.ts'
import { compileBackendTls, overTls, type WrittenTls } from './backend-tls.ts'
import type { Compilation } from './context.ts'
import { compileHeaderModifier } from './header-modifier.ts'

/** What targets inherit: policies of their backend and route. */
export type Inherited = {
  /** The closest first. */
  readonly auth: readonly (Written<NonNullable<BackendPolicies['backendAuth']>> | undefined)[]
  readonly tls: readonly (WrittenTls | undefined)[]
  /** The closest last. */
  readonly requestHeaders: readonly BackendPolicies['requestHeaderModifier'][]
  readonly otherwise: BackendAuth
}

const DEFAULT_PATHS = { mcp: '/mcp', sse: '/sse' } as const

export function compileTarget(
  config: TargetConfig,
  inherited: Inherited,
  locate: Locate,
  compilation: Compilation,
): Target | undefined {
  const { name, stdio, mcp, sse, policies = {} } = config
  if (stdio !== undefined) {
    const { cmd, args = [], env = {}, clear_env = false } = stdio
    return {
      name,
      transport: { kind: 'stdio', command: cmd, args, env, clearEnv: clear_env },
      auth: { kind: 'none' },
      tls: undefined,
      requestHeaders: undefined,
      tools: compileTools(config),
    }
  }
  const kind = mcp === undefined ? 'sse' : 'mcp'
  const remote = mcp ?? sse
  const resolved = remote && resolve(remote, DEFAULT_PATHS[kind], at(locate, kind), compilation)
  if (resolved === undefined) return undefined
  const { backendAuth, backendTLS } = policies
  const own = backendAuth && { policy: backendAuth, spot: locate('policies', 'backendAuth', 'key') }
  const auths = [own, resolved.auth, ...inherited.auth]
  const ownTls = backendTLS && {
    policy: backendTLS,
    locate: below(locate, 'policies', 'backendTLS'),
  }
  const tls = compileBackendTls([ownTls, resolved.tls, ...inherited.tls], compilation)
  const url = overTls(resolved.url, tls)
  return {
    name,
    transport: { kind: kind === 'mcp' ? 'http' : 'sse', url },
    auth: compileBackendAuth(auths, inherited.otherwise, compilation),
    tls,
    requestHeaders: compileHeaderModifier(
      ...inherited.requestHeaders,
      resolved.requestHeaders,
      policies.requestHeaderModifier,
    ),
    tools: compileTools(config),
  }
}

function compileTools({ include, exclude }: TargetConfig): ToolSelection | undefined {
  if (include === undefined && exclude === undefined) return undefined
  return { include: include?.map(toPattern), exclude: (exclude ?? []).map(toPattern) }
}

function toPattern(pattern: ToolPatternConfig): ToolPattern {
  return typeof pattern === 'string'
    ? { kind: 'name', value: pattern }
    : { kind: 'regex', value: pattern.regex }
}

type Resolved = {
  readonly url: string
  readonly auth?: Written<NonNullable<BackendPolicies['backendAuth']>> | undefined
  readonly tls?: WrittenTls | undefined
  readonly requestHeaders?: BackendPolicies['requestHeaderModifier']
}

/** The URL that the host forms stand for; a named backend brings its policies along. */
function resolve(
  { host = '', port, path, backend }: RemoteTargetConfig,
  defaultPath: string,
  locate: Locate,
  { backends, report }: Compilation,
): Resolved | undefined {
  if (backend !== undefined) {
    const named = backends.get(backend)
    if (named?.host !== undefined) {
      const { backendAuth: policy, backendTLS: tls } = named.policies ?? {}
      return {
        url: new URL(path ?? defaultPath, named.host).href,
        auth: policy && { policy, spot: named.locate('policies', 'backendAuth', 'key') },
        tls: tls && { policy: tls, locate: below(named.locate, 'policies', 'backendTLS') },
        requestHeaders: named.policies?.requestHeaderModifier,
      }
    }
    const candidate = nearest(backend, [...backends.keys()])
    report.error(
      locate('backend'),
      named === undefined
        ? `no backend is called ${backend}`
        : `the backend ${backend} has no host`,
      candidate === undefined || named !== undefined
        ? 'Add one with host: to the top-level backends'
        : `Did you mean ${candidate}?`,
    )
    return undefined
  }
  const written = host.includes('://') ? host : `http://${host}:${port}${path ?? defaultPath}`
  const url = parseHttpUrl(written)
  if (url === undefined) {
    report.error(
      locate('host'),
      'expected an http or https URL without user name and fragment, or a host name',
      'Give credentials with policies.backendAuth',
    )
    return undefined
  }
  // A URL that ends with its host says nothing about the path.
  if (/^[^/]+:\/\/[^/?]+$/.test(written)) url.pathname = defaultPath
  return { url: url.href }
}

function at(locate: Locate, member: string): Locate {
  return (...path) => locate(member, ...path)
}
