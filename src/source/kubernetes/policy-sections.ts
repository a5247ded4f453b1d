import type {
  AuthorizationSpec,
  JwtAuthenticationSpec,
  McpAuthenticationSpec,
  RateLimitSpec,
} from './agentgateway.ts'
import { apiKeyAuthentication } from './api-keys.ts'
import { backendAuth, backendHttp, backendTls } from './backend-sections.ts'
import type { HeaderFilter } from './gateway-api.ts'
import { given } from './given.ts'
import { toJwks } from './jwks.ts'
import { secretValue } from './secret-value.ts'
import type { Outcome, Section, SectionContext, Written } from './section.ts'

/** AgentgatewayPolicy `spec.traffic`. */
export const TRAFFIC: Readonly<Record<string, Section>> = {
  jwtAuthentication: { translate: jwtAuthentication, protects: true },
  authorization: { translate: authorization, protects: true },
  cors: { translate: (cors: object) => ({ cors }), protects: false },
  headerModifiers: { translate: headerModifiers, protects: false },
  timeouts: { translate: timeouts, protects: false },
  rateLimit: { translate: rateLimit, protects: true },
  apiKeyAuthentication: { translate: apiKeyAuthentication, protects: true },
  hostRewrite: { translate: hostRewrite, protects: false },
  basicAuthentication: { protects: true },
  extAuth: { protects: true },
  extProc: { protects: true },
  csrf: { protects: true },
  directResponse: { protects: true },
  transformation: { protects: false },
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
  auth: { translate: backendAuth, protects: true },
  tls: { translate: backendTls, protects: true },
  http: { translate: backendHttp, protects: false },
  tcp: { protects: false },
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
): Outcome {
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

function jwtAuthentication(spec: JwtAuthenticationSpec, context: SectionContext): Outcome {
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

function rateLimit({ local = [], ...others }: RateLimitSpec): Outcome {
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

/** HostnameRewrite: Auto is the host of the backend, None that of the client. */
function hostRewrite({ mode = 'None' }: { readonly mode?: string }): Written {
  return { urlRewrite: { authority: mode.toLowerCase() } }
}
