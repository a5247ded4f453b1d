import type { AncestorStatus } from './agentgateway.ts'
import type { Condition } from './conditions.ts'
import type { LabelSelector } from './gateway-api.ts'
import type { KubernetesObject } from './object.ts'

/** What is read of kuadrant.io/v1 and mcp.kuadrant.io/v1. */

export type TargetRef = {
  readonly group?: string
  readonly kind?: string
  readonly name: string
  readonly namespace?: string
  readonly sectionName?: string
}

export type AuthPolicy = KubernetesObject<
  AuthSpec & {
    readonly targetRef: TargetRef
    readonly defaults?: AuthSpec
    readonly overrides?: AuthSpec
  },
  { readonly ancestors?: readonly AncestorStatus[]; readonly conditions?: readonly Condition[] }
>

export type AuthSpec = {
  readonly strategy?: string
  readonly when?: readonly Pattern[]
  readonly patterns?: unknown
  readonly rules?: AuthRules
}

export type Pattern = { readonly predicate?: string } & Readonly<Record<string, unknown>>

export type AuthRules = {
  readonly authentication?: Readonly<Record<string, AuthenticationRule>>
  readonly authorization?: Readonly<Record<string, AuthorizationRule>>
  readonly response?: {
    readonly unauthenticated?: DenyResponse
    readonly unauthorized?: DenyResponse
    readonly success?: unknown
  }
  readonly metadata?: unknown
  readonly callbacks?: unknown
}

export type AuthenticationRule = {
  readonly jwt?: { readonly issuerUrl?: string; readonly jwksUrl?: string; readonly ttl?: number }
  readonly apiKey?: { readonly selector?: LabelSelector; readonly allNamespaces?: boolean }
  readonly anonymous?: object
  readonly credentials?: Credentials
} & Readonly<Record<string, unknown>>

/** Where a request carries the credential; exactly one. */
export type Credentials = {
  readonly authorizationHeader?: { readonly prefix?: string }
  readonly customHeader?: { readonly name: string }
  readonly queryString?: { readonly name: string }
  readonly cookie?: { readonly name: string }
}

export type AuthorizationRule = {
  readonly patternMatching?: { readonly patterns?: readonly Pattern[] }
} & Readonly<Record<string, unknown>>

export type DenyResponse = {
  readonly code?: number
  readonly headers?: Readonly<Record<string, DenyValue>>
  readonly body?: DenyValue
  readonly message?: DenyValue
}

/** A value, or something that gives one. */
export type DenyValue = { readonly value?: unknown } & Readonly<Record<string, unknown>>

export type MCPServerRegistration = KubernetesObject<
  {
    readonly targetRef: TargetRef
    readonly path?: string
    readonly prefix?: string
    readonly credentialRef?: { readonly name: string; readonly key?: string }
    readonly caCertSecretRef?: { readonly name: string; readonly key?: string }
    readonly state?: string
  } & Readonly<Record<string, unknown>>,
  { readonly conditions?: readonly Condition[] }
>

export type MCPVirtualServer = KubernetesObject<
  unknown,
  { readonly conditions?: readonly Condition[] }
>

export type MCPGatewayExtension = KubernetesObject<
  {
    readonly targetRef: TargetRef
    readonly publicHost?: string
    readonly oauthProtectedResource?: {
      readonly authorizationServers: readonly string[]
      readonly resourceName?: string
      readonly resource?: string
      readonly bearerMethodsSupported?: readonly string[]
      readonly scopesSupported?: readonly string[]
    }
  } & Readonly<Record<string, unknown>>,
  { readonly conditions?: readonly Condition[] }
>
