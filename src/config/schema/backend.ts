import * as z from 'zod'
import type { RefusingBackend } from '../snapshot.ts'
import {
  type AuthorizationPolicy,
  authorization,
  type McpAuthorizationPolicy,
  mcpAuthorization,
} from './authorization.ts'
import { type BackendAuthPolicy, backendAuth } from './backend-auth.ts'
import { type BackendTlsPolicy, backendTls } from './backend-tls.ts'
import { type HeaderModifierPolicy, headerModifier } from './header-modifier.ts'
import { checked, object, oneOf, text } from './object.ts'
import { type TargetConfig, target } from './target.ts'
import { boolean, integer, nonEmpty, parseHttpUrl, word } from './value.ts'

export type McpBackendConfig = {
  readonly targets: readonly TargetConfig[]
  readonly statefulMode?: 'stateful' | 'stateless' | undefined
  readonly prefixMode?: 'always' | 'conditional' | 'never' | undefined
  readonly failureMode?: 'failClosed' | 'failOpen' | undefined
  readonly dnsRebindingProtection?: boolean | undefined
  readonly anonymousSessions?: 'separate' | 'shared' | undefined
}

export type BackendPolicies = {
  readonly requestHeaderModifier?: HeaderModifierPolicy | undefined
  readonly responseHeaderModifier?: HeaderModifierPolicy | undefined
  readonly backendAuth?: BackendAuthPolicy | undefined
  readonly backendTLS?: BackendTlsPolicy | undefined
  readonly authorization?: AuthorizationPolicy | undefined
  readonly mcpAuthorization?: McpAuthorizationPolicy | undefined
}

/** What serves requests: MCP targets, or the origin of an HTTP service. Exactly one is given. */
export type ServiceBackendConfig = {
  readonly mcp?: McpBackendConfig | undefined
  readonly host?: string | undefined
  readonly policies?: BackendPolicies | undefined
}

/** A backend of a route: one of its own, or the name of another. */
export type RouteBackendConfig = ServiceBackendConfig & {
  readonly backend?: string | undefined
  readonly weight?: number | undefined
  /** Not in files: what a source says of a reference that leads nowhere. */
  readonly refusing?: Omit<RefusingBackend, 'kind'> | undefined
}

/** Members of an MCP backend, which the short `mcp` block has too. */
export const mcpMembers: {
  readonly targets: z.ZodType<readonly TargetConfig[]>
  readonly statefulMode: z.ZodType<McpBackendConfig['statefulMode']>
  readonly prefixMode: z.ZodType<McpBackendConfig['prefixMode']>
  readonly failureMode: z.ZodType<McpBackendConfig['failureMode']>
  readonly dnsRebindingProtection: z.ZodType<boolean | undefined>
  readonly anonymousSessions: z.ZodType<McpBackendConfig['anonymousSessions']>
} = {
  targets: z.array(target).describe('The MCP servers'),
  statefulMode: word('stateful', 'stateless')
    .optional()
    .describe('Whether legacy clients get sessions; stateful when left out'),
  prefixMode: word('always', 'conditional', 'never')
    .optional()
    .describe('When names carry their target; conditional (with several targets) when left out'),
  failureMode: word('failClosed', 'failOpen')
    .optional()
    .describe('Whether one dead target fails a list of all; failClosed (it does) when left out'),
  dnsRebindingProtection: boolean
    .optional()
    .describe('Refuse requests whose Host is not this machine or a configured name'),
  anonymousSessions: word('separate', 'shared')
    .optional()
    .describe(
      'Ours. Whether callers without a token meet in one session at a target; separate when left out',
    ),
}

const mcp: z.ZodType<McpBackendConfig> = object(mcpMembers)

const serviceOrigin: z.ZodType<string, string> = text(
  'host:port such as localhost:8080, or a URL without path',
  value => {
    const url = parseHttpUrl(value.includes('://') ? value : `http://${value}`)
    const named = value.includes('://') || /:\d+$/.test(value)
    return url?.pathname === '/' && url.search === '' && named ? url.origin : undefined
  },
)

const service = {
  mcp: mcp.optional().describe('One or more MCP servers behind one endpoint'),
  host: serviceOrigin.optional().describe('Any HTTP service: host:port, or a URL without path'),
  policies: object(
    {
      requestHeaderModifier: headerModifier
        .optional()
        .describe('Changes to the headers that the backend gets'),
      responseHeaderModifier: headerModifier
        .optional()
        .describe('Changes to the headers of its answers'),
      backendAuth: backendAuth.optional().describe('Which credential the backend gets'),
      backendTLS: backendTls
        .optional()
        .describe('How the backend is met over TLS, also where its URL is not https'),
      authorization: authorization.optional().describe('Who may send requests to it'),
      mcpAuthorization: mcpAuthorization
        .optional()
        .describe('Who may see and use what its targets offer'),
    },
    'backend policies',
  )
    .optional()
    .describe('What holds for this backend only'),
}

export const routeBackend: z.ZodType<RouteBackendConfig> = checked(
  object(
    {
      ...service,
      backend: nonEmpty.optional().describe('Name of a backend from the top-level list'),
      weight: integer(0, 1_000_000)
        .optional()
        .describe('Share of the requests among the hosts of a route; 1 when left out'),
    },
    'backend',
  ),
  oneOf(['mcp', 'host', 'backend']),
)

export const namedBackend: z.ZodType<ServiceBackendConfig & { readonly name: string }> = checked(
  object({ name: nonEmpty.describe('What routes and targets call it'), ...service }, 'backend'),
  oneOf(['mcp', 'host']),
)
