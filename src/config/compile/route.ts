import { below, type Locate, type RouteResource } from '../resource.ts'
import type { AuthorizationPolicy } from '../schema/authorization.ts'
import type { TimeoutPolicy } from '../schema/policies.ts'
import type { Route, Rule } from '../snapshot.ts'
import { compileAuthentication } from './authentication.ts'
import { compileBackend } from './backend.ts'
import type { Compilation } from './context.ts'
import { compileCors } from './cors.ts'
import { compileExempt } from './exempt.ts'
import { compileHeaderModifier } from './header-modifier.ts'
import { compileMatches, routePath } from './match.ts'
import type { WrittenPolicy } from './mcp-authorization.ts'
import { compileRateLimits } from './rate-limits.ts'
import { compileRefusals } from './refusals.ts'
import { compileRules } from './rules.ts'

/** A route without what depends on the listener that it hangs on. */
export type RouteBody = Omit<Route, 'id' | 'publicOrigins' | 'mcpAuthorization'> & {
  /** Of route and backend, the outer first. */
  readonly mcpPolicies: readonly WrittenPolicy[]
  /** By target. */
  readonly targetPolicies: Readonly<Record<string, WrittenPolicy>>
}

export function compileRoute(
  resource: RouteResource,
  compilation: Compilation,
): RouteBody | undefined {
  const { policies = {}, hostnames = [], origin } = resource
  const locate: Locate = (...path) => resource.locate('policies', ...path)
  const asked = compileAuthentication(policies, locate, compilation)
  const isProtected = [policies.mcpAuthentication, policies.jwtAuth, policies.apiKey].some(
    policy => policy !== undefined,
  )
  const matches = compileMatches(resource.matches)
  const compiled = compileBackend(resource, matches, isProtected, compilation)
  if (compiled === undefined) return undefined
  const { backend, policies: ofBackend, levels, targetPolicies } = compiled
  const { cors } = policies
  const here = policies.mcpAuthorization && {
    policy: policies.mcpAuthorization,
    locate: below(locate, 'mcpAuthorization'),
  }
  const mcpPolicies = [here, ...levels.map(level => level.mcpAuthorization)].filter(
    level => level !== undefined,
  )
  checkMcpPolicies(mcpPolicies, backend.kind, compilation)
  return {
    origin,
    hostnames,
    matches,
    path: routePath(matches),
    cors: cors && compileCors(cors, locate('cors'), compilation.report),
    authentication: asked && {
      ...asked,
      exempt: compileExempt(policies, backend.kind, locate, compilation.report),
    },
    refusals:
      policies.refusals &&
      compileRefusals(policies.refusals, below(locate, 'refusals'), compilation.report),
    authorization: [
      ...rulesOf(policies, locate, compilation),
      ...levels.flatMap(level => level.authorization),
    ],
    mcpPolicies,
    targetPolicies,
    rateLimits: compileRateLimits(
      policies.localRateLimit ?? [],
      backend.kind === 'mcp',
      below(locate, 'localRateLimit'),
      compilation.report,
    ),
    responseHeaders: compileHeaderModifier(
      ...ofBackend.map(policy => policy.responseHeaderModifier),
      policies.responseHeaderModifier,
    ),
    timeoutMs: compileTimeout(policies.timeout),
    backend,
  }
}

/** The HTTP-level rules among the policies at `locate`. */
export function rulesOf(
  { authorization }: { readonly authorization?: AuthorizationPolicy | undefined },
  locate: Locate,
  { report }: Compilation,
): readonly Rule[] {
  if (authorization === undefined) return []
  return compileRules(authorization.rules, 'http', below(locate, 'authorization', 'rules'), report)
}

function checkMcpPolicies(
  policies: readonly WrittenPolicy[],
  backend: Route['backend']['kind'],
  { report }: Compilation,
): void {
  if (backend !== 'http') return
  for (const { locate } of policies) {
    report.error(
      locate(),
      'mcpAuthorization is about MCP, and the backend of this route is plain HTTP',
      'Use authorization',
    )
  }
}

/** Without retries, the time for the backend is part of the time for all: the shorter counts. 0 is none. */
function compileTimeout({
  requestTimeout,
  backendRequestTimeout,
}: TimeoutPolicy = {}): number | undefined {
  const limits = [requestTimeout, backendRequestTimeout].filter(
    limit => limit !== undefined && limit > 0,
  ) as number[]
  return limits.length === 0 ? undefined : Math.min(...limits)
}
