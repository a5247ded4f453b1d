import type {
  AuthorizationSpec,
  JwtAuthenticationSpec,
  McpAuthenticationSpec,
  RateLimitSpec,
} from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import type { PolicyMember } from './effects.ts'
import type { HeaderFilter } from './gateway-api.ts'
import { toJwks } from './jwks.ts'
import { secretValue } from './secret-value.ts'
import type { Referrer } from './service-address.ts'

/** What stands for a section in the policies of a route: members as a file writes them. */
export type Written = Readonly<Partial<Record<PolicyMember, unknown>>>

export type SectionContext = { readonly cluster: Cluster; readonly from: Referrer }

/** One member of `spec.traffic` or `spec.backend`. */
export type Section =
  | {
      /** The sentence, when something that it names is not there. */
      readonly translate: (
        value: never,
        context: SectionContext,
      ) => Written | { readonly problem: string }
      readonly protects: boolean
    }
  /** Not supported; where it would protect, the targets are closed. */
  | { readonly protects: boolean }
  | { readonly outside: true }

/** AgentgatewayPolicy `spec.traffic`. */
export const TRAFFIC: Readonly<Record<string, Section>> = {
  jwtAuthentication: { translate: jwtAuthentication, protects: true },
  authorization: { translate: authorization, protects: true },
  cors: { translate: (cors: object) => ({ cors }), protects: false },
  headerModifiers: { translate: headerModifiers, protects: false },
  timeouts: { translate: timeouts, protects: false },
  rateLimit: { translate: rateLimit, protects: true },
  apiKeyAuthentication: { protects: true },
  basicAuthentication: { protects: true },
  extAuth: { protects: true },
  extProc: { protects: true },
  csrf: { protects: true },
  directResponse: { protects: true },
  transformation: { protects: false },
  hostRewrite: { protects: false },
  retry: { protects: false },
  buffer: { protects: false },
  delay: { protects: false },
}

/** AgentgatewayPolicy `spec.backend`, and its `mcp` below. */
export const BACKEND: Readonly<Record<string, Section>> = {
  'mcp.authentication': { translate: mcpAuthentication, protects: true },
  'mcp.authorization': { translate: mcpAuthorization, protects: true },
  'mcp.guardrails': { protects: true },
  extAuth: { protects: true },
  auth: { protects: true },
  tls: { protects: true },
  tcp: { protects: false },
  http: { protects: false },
  tunnel: { protects: false },
  transformation: { protects: false },
  health: { protects: false },
  ai: { outside: true },
  a2a: { outside: true },
}

/** AgentgatewayPolicy `spec.frontend`. */
export const FRONTEND: Readonly<Record<string, Section>> = {
  networkAuthorization: { protects: true },
  tls: { protects: true },
  proxyProtocol: { protects: true },
  connect: { protects: false },
  tcp: { protects: false },
  http: { protects: false },
  accessLog: { protects: false },
  tracing: { protects: false },
  metrics: { protects: false },
}

/** Names of `provider` are those of profiles, in another case. */
function provider(name: string | undefined): {
  readonly provider?: Readonly<Record<string, object>>
} {
  return name === undefined ? {} : { provider: { [name.toLowerCase()]: {} } }
}

function mcpAuthentication(
  spec: McpAuthenticationSpec,
  { cluster, from }: SectionContext,
): Written | { readonly problem: string } {
  const { issuer, audiences, mode, clientId, clientSecretRef, resourceMetadata = {} } = spec
  const keys = toJwks(cluster, from, spec.jwks)
  if ('problem' in keys) return keys
  const secret =
    clientSecretRef &&
    secretValue(
      cluster,
      { namespace: from.namespace, name: clientSecretRef.name },
      clientSecretRef.key ?? 'clientSecret',
    )
  if (clientSecretRef !== undefined && secret === undefined) {
    return {
      problem: `clientSecretRef: the Secret ${clientSecretRef.name} or its key is not there`,
    }
  }
  return {
    mcpAuthentication: given({
      issuer,
      audiences,
      mode,
      clientId,
      clientSecret: secret?.reveal(),
      resourceMetadata,
      jwks: keys.jwks,
      ...provider(spec.provider),
    }),
  }
}

function jwtAuthentication(
  spec: JwtAuthenticationSpec,
  context: SectionContext,
): Written | { readonly problem: string } {
  const { mode = 'Strict', location, providers = [], mcp } = spec
  const written = providers.map(({ issuer, audiences, jwks }) => {
    const keys = toJwks(context.cluster, context.from, jwks)
    return 'problem' in keys ? keys : given({ issuer, audiences, jwks: keys.jwks })
  })
  const problem = written.find((one): one is { problem: string } => 'problem' in one)
  if (problem !== undefined) return problem
  if (mcp === undefined) return { jwtAuth: given({ mode, location, providers: written }) }
  if (written.length !== 1) return { problem: 'mcp needs exactly one provider' }
  const { resourceMetadata = {}, clientId } = mcp
  return {
    mcpAuthentication: given({
      ...written[0],
      mode,
      authorizationLocation: location,
      resourceMetadata,
      clientId,
      ...provider(mcp.provider),
    }),
  }
}

function authorization(spec: AuthorizationSpec): Written {
  return { authorization: { rules: rules(spec) } }
}

function mcpAuthorization(spec: AuthorizationSpec): Written {
  return { mcpAuthorization: { rules: rules(spec) } }
}

function rules({ action = 'Allow', policy }: AuthorizationSpec): readonly object[] {
  return policy.matchExpressions.map(expression => ({ [action.toLowerCase()]: expression }))
}

const UNITS: Readonly<Record<string, string>> = { Seconds: '1s', Minutes: '1m', Hours: '1h' }

function rateLimit({
  local = [],
  ...others
}: RateLimitSpec): Written | { readonly problem: string } {
  const [other] = Object.keys(others)
  if (other !== undefined) return { problem: `${other} is not supported` }
  const limits = local.map(({ requests = 0, unit, burst = 0 }) => ({
    maxTokens: requests + burst,
    tokensPerFill: requests,
    fillInterval: UNITS[unit],
  }))
  return limits.some(({ tokensPerFill }) => tokensPerFill === 0)
    ? { problem: 'local without requests: tokens are outside of what Portcullis does' }
    : { localRateLimit: limits }
}

function headerModifiers({ request, response }: Record<'request' | 'response', HeaderFilter>) {
  return given({ requestHeaderModifier: request, responseHeaderModifier: response })
}

function timeouts({ request, backendRequest }: Record<'request' | 'backendRequest', string>) {
  return { timeout: given({ requestTimeout: request, backendRequestTimeout: backendRequest }) }
}

/** The members that are there. */
function given(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
