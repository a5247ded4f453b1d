import type * as z from 'zod'
import { type ApiKeyPolicy, apiKey } from './api-key.ts'
import {
  type JwtAuthPolicy,
  jwtAuth,
  type McpAuthenticationPolicy,
  mcpAuthentication,
} from './authentication.ts'
import {
  type AuthorizationPolicy,
  authorization,
  type McpAuthorizationPolicy,
  mcpAuthorization,
} from './authorization.ts'
import { type BackendAuthPolicy, backendAuth } from './backend-auth.ts'
import { type BackendTlsPolicy, backendTls } from './backend-tls.ts'
import { type CorsPolicy, cors } from './cors.ts'
import { type HeaderModifierPolicy, headerModifier } from './header-modifier.ts'
import { object } from './object.ts'
import { type RateLimitConfig, rateLimits } from './rate-limit.ts'
import { type RefusalsPolicy, refusals } from './refusals.ts'
import {
  type RequestRedirectPolicy,
  requestRedirect,
  type UrlRewritePolicy,
  urlRewrite,
} from './rewrite.ts'
import { duration } from './value.ts'

export type RoutePolicies = {
  readonly cors?: CorsPolicy | undefined
  readonly mcpAuthentication?: McpAuthenticationPolicy | undefined
  readonly jwtAuth?: JwtAuthPolicy | undefined
  readonly apiKey?: ApiKeyPolicy | undefined
  readonly refusals?: RefusalsPolicy | undefined
  readonly authorization?: AuthorizationPolicy | undefined
  readonly mcpAuthorization?: McpAuthorizationPolicy | undefined
  readonly localRateLimit?: readonly RateLimitConfig[] | undefined
  readonly backendAuth?: BackendAuthPolicy | undefined
  readonly backendTLS?: BackendTlsPolicy | undefined
  readonly requestHeaderModifier?: HeaderModifierPolicy | undefined
  readonly responseHeaderModifier?: HeaderModifierPolicy | undefined
  readonly urlRewrite?: UrlRewritePolicy | undefined
  readonly requestRedirect?: RequestRedirectPolicy | undefined
  readonly timeout?: TimeoutPolicy | undefined
}

/** Milliseconds; 0: no limit. */
export type TimeoutPolicy = {
  readonly requestTimeout?: number | undefined
  readonly backendRequestTimeout?: number | undefined
}

export const policyMembers: { readonly [K in keyof RoutePolicies]-?: z.ZodType<RoutePolicies[K]> } =
  {
    cors: cors.optional().describe('Which web pages may call'),
    mcpAuthentication: mcpAuthentication
      .optional()
      .describe('Who may call: OAuth as the MCP authorization specification has it'),
    jwtAuth: jwtAuth.optional().describe('Who may call: bearer tokens of one or several issuers'),
    apiKey: apiKey
      .optional()
      .describe('Who may call: keys, in place of tokens or beside mcpAuthentication or jwtAuth'),
    refusals: refusals
      .optional()
      .describe('Ours. How requests are answered that are not let in, in place of the usual form'),
    authorization: authorization
      .optional()
      .describe('Who may send requests: rules about identity and HTTP, before a body is read'),
    mcpAuthorization: mcpAuthorization
      .optional()
      .describe('Who may see and use which tools, prompts, resources and tasks'),
    localRateLimit: rateLimits
      .optional()
      .describe('How much may come: token buckets, all of which have to have enough'),
    backendAuth: backendAuth.optional().describe('Which credential backends get'),
    backendTLS: backendTls.optional().describe('How backends are met over TLS'),
    requestHeaderModifier: headerModifier.optional().describe('Changes to the request headers'),
    responseHeaderModifier: headerModifier.optional().describe('Changes to the response headers'),
    urlRewrite: urlRewrite.optional().describe('What a plain HTTP backend sees as host and path'),
    requestRedirect: requestRedirect
      .optional()
      .describe('Where clients are sent instead; the route needs no backend then'),
    timeout: object({
      requestTimeout: duration.optional().describe('For the whole request; 0s: no limit'),
      backendRequestTimeout: duration.optional().describe('For the backend alone; 0s: no limit'),
    })
      .optional()
      .describe('How long an answer may take; event streams only until they begin'),
  }

export const routePolicies: z.ZodType<RoutePolicies> = object(policyMembers, 'policies')
