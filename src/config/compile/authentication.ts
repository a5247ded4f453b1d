import { advised } from '../../providers/advice.ts'
import { configureProfile } from '../../providers/options.ts'
import type { ProviderProfile } from '../../providers/profile.ts'
import { nearest } from '../nearest.ts'
import { below, type Locate } from '../resource.ts'
import type {
  IssuerConfig,
  JwtAuthPolicy,
  McpAuthenticationPolicy,
} from '../schema/authentication.ts'
import type { RoutePolicies } from '../schema/policies.ts'
import type { TokenLocationConfig } from '../schema/token-location.ts'
import type { Authentication, TokenIssuer, TokenLocation } from '../snapshot.ts'
import { compileApiKeys } from './api-keys.ts'
import type { Compilation } from './context.ts'
import { compileIntrospection, type IntrospectionPolicy } from './introspection.ts'
import { compileKeySource } from './key-source.ts'
import { compileRelay } from './relay.ts'
import { compileResourceMetadata } from './resource-metadata.ts'

/** Who may call a route, from whichever of its policies says so; undefined: everyone. */
export function compileAuthentication(
  policies: RoutePolicies,
  locate: Locate,
  compilation: Compilation,
): Asked | undefined {
  const tokens = compileTokens(policies, locate, compilation)
  const { apiKey, mcpAuthentication, jwtAuth } = policies
  if (apiKey === undefined) return tokens
  const alone = mcpAuthentication === undefined && jwtAuth === undefined
  const here = below(locate, 'apiKey')
  const apiKeys = compileApiKeys(apiKey, alone, here, compilation)
  if (!alone) return tokens && { ...tokens, apiKeys }
  if (apiKey.mode === undefined) {
    compilation.report.warn(
      here(),
      'apiKey without mode lets requests without a key in',
      'Write mode: strict, or mode: optional if that is what you want',
    )
  }
  return { ...NO_TOKENS, mode: apiKey.mode ?? 'optional', apiKeys }
}

/** What `exempt` says depends on the backend as well, so the route adds it. */
type Asked = Omit<Authentication, 'exempt'>

const NO_TOKENS: Omit<Asked, 'mode'> = {
  issuers: [],
  location: { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
  requiredClaims: [],
  resource: undefined,
  scopes: undefined,
  challengeScopes: [],
  metadata: {},
  relay: undefined,
}

function compileTokens(
  { mcpAuthentication, jwtAuth }: RoutePolicies,
  locate: Locate,
  compilation: Compilation,
): Asked | undefined {
  if (mcpAuthentication !== undefined && jwtAuth !== undefined) {
    compilation.report.error(
      locate('jwtAuth'),
      'jwtAuth and mcpAuthentication exclude each other on one route',
      'Keep mcpAuthentication for MCP servers',
    )
  }
  if (mcpAuthentication !== undefined) {
    return fromMcpAuthentication(mcpAuthentication, below(locate, 'mcpAuthentication'), compilation)
  }
  if (jwtAuth === undefined) return undefined
  return fromJwtAuth(jwtAuth, below(locate, 'jwtAuth'), compilation)
}

function fromMcpAuthentication(
  policy: McpAuthenticationPolicy,
  locate: Locate,
  compilation: Compilation,
): Asked | undefined {
  const profile = findProfile(policy, locate, compilation)
  const issuer = compileIssuer(policy, profile, policy.provider !== undefined, locate, compilation)
  const { resource, scopes, challengeScopes, others } = compileResourceMetadata(
    policy.resourceMetadata ?? {},
    member => locate('resourceMetadata', member),
    compilation.report,
  )
  const relay =
    policy.provider === undefined ? undefined : compileRelay(policy, profile, locate, compilation)
  if (issuer === undefined) return undefined
  return {
    mode: policy.mode ?? 'strict',
    issuers: [issuer],
    location: compileLocation(policy.authorizationLocation),
    requiredClaims: policy.jwtValidationOptions?.requiredClaims ?? ['exp'],
    resource,
    scopes,
    challengeScopes,
    metadata: others,
    relay,
  }
}

function fromJwtAuth(
  policy: JwtAuthPolicy,
  locate: Locate,
  compilation: Compilation,
): Asked | undefined {
  const { issuer, providers, mode } = policy
  if (mode === undefined) {
    compilation.report.warn(
      locate(),
      'jwtAuth without mode lets requests without a token in',
      'Write mode: strict, or mode: optional if that is what you want',
    )
  }
  const single = issuer === undefined ? [] : [{ config: { ...policy, issuer }, at: locate }]
  const several = providers?.map((config, index) => ({
    config,
    at: below(locate, 'providers', index),
  }))
  const configs = several ?? single
  const issuers = configs
    .map(({ config, at }) =>
      compileIssuer(config, directProfile(config.issuer, compilation), false, at, compilation),
    )
    .filter(one => one !== undefined)
  if (issuers.length < configs.length || issuers.length === 0) return undefined
  for (const { at } of configs
    .filter(({ config }) => config.introspection !== undefined)
    .slice(1)) {
    compilation.report.error(
      at('introspection'),
      'an opaque token does not say whose it is, so only one issuer can be asked about it',
      'Keep introspection at one of the providers',
    )
  }
  const claims = configs.flatMap(({ config }) => config.jwtValidationOptions?.requiredClaims ?? [])
  const isSaid = configs.some(({ config }) => config.jwtValidationOptions?.requiredClaims)
  return {
    mode: mode ?? 'optional',
    issuers,
    location: compileLocation(policy.location ?? policy.authorizationLocation),
    // One list for all issuers: what one of them asks for is asked of all.
    requiredClaims: isSaid ? [...new Set(claims)] : ['exp'],
    resource: undefined,
    scopes: undefined,
    challengeScopes: [],
    metadata: {},
    relay: undefined,
  }
}

function compileIssuer(
  config: IssuerConfig & IntrospectionPolicy,
  profile: ProviderProfile,
  fallback: boolean,
  locate: Locate,
  compilation: Compilation,
): TokenIssuer | undefined {
  const { uncheckedAudience = false } = config
  const { issuer, audience, audiences = audience === undefined ? undefined : [audience] } = config
  if (audiences?.length === 0) {
    compilation.report.warn(
      locate('audiences'),
      'an empty list of audiences does not switch the check off: the resource is the audience',
      'Remove audiences, or list what the provider puts into aud',
    )
  }
  const introspection = compileIntrospection(config, profile, locate, compilation)
  const keys = compileKeySource(config, fallback, locate, compilation)
  if (keys === undefined) return undefined
  if (uncheckedAudience) {
    compilation.report.warn(
      locate('uncheckedAudience'),
      'tokens that were made for other resources are taken',
      'Remove it as soon as the issuer puts an audience into tokens',
    )
  }
  // What the provider always puts there stands for the resource, unless the operator knows better.
  const fixed = profile.audience.kind === 'fixed' ? profile.audience.values : []
  return {
    issuer,
    audiences: audiences ?? fixed,
    ...(uncheckedAudience ? { anyAudience: true } : {}),
    keys,
    profile,
    introspection,
  }
}

function findProfile(
  { provider, issuer }: McpAuthenticationPolicy,
  locate: Locate,
  compilation: Compilation,
): ProviderProfile {
  const { profiles, report } = compilation
  if (provider === undefined) return directProfile(issuer, compilation)
  const { name, options } = provider
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (profile === undefined) {
    const names = Object.keys(profiles)
    const candidate = nearest(name, names)
    report.error(
      locate('provider'),
      `the provider ${name} is not supported`,
      candidate === undefined
        ? `Known are ${names.join(', ')}; leave provider out for one that follows the standards`
        : `Did you mean ${candidate}?`,
    )
    return plainProfile(compilation)
  }
  const configured = configureProfile(profile, options)
  for (const { path, message, hint } of configured.problems) {
    const spot = locate('provider', name, ...path.split(/[.[\]]+/).filter(part => part !== ''))
    report.error(spot, message, hint)
  }
  return configured.profile
}

/** Of an issuer that clients talk to themselves. */
function directProfile(issuer: string, compilation: Compilation): ProviderProfile {
  return advised(plainProfile(compilation), issuer, compilation.profiles)
}

function plainProfile({ profiles }: Compilation): ProviderProfile {
  const { oidc } = profiles
  if (oidc === undefined) throw new TypeError('compile: context.profiles has no profile "oidc"')
  return oidc
}

/** RFC 6750 §2.1 unless the configuration says otherwise. */
function compileLocation({
  header,
  queryParameter,
  cookie,
}: TokenLocationConfig = {}): TokenLocation {
  if (queryParameter !== undefined) return { kind: 'query', name: queryParameter.name }
  if (cookie !== undefined) return { kind: 'cookie', name: cookie.name }
  if (header === undefined) return { kind: 'header', name: 'authorization', prefix: 'Bearer ' }
  return { kind: 'header', name: header.name, prefix: header.prefix ?? '' }
}
