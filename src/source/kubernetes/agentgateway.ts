import type { Condition } from './conditions.ts'
import type { BackendRef, LabelSelector } from './gateway-api.ts'
import type { KubernetesObject } from './object.ts'

/** What is read of agentgateway.dev/v1alpha1. */

export type AgentgatewayBackend = KubernetesObject<
  {
    readonly mcp?: McpSpec
    readonly static?: { readonly host?: string; readonly port?: number; readonly unixPath?: string }
    readonly policies?: BackendSections
  } & Readonly<Record<string, unknown>>,
  { readonly conditions?: readonly Condition[] }
>

export type McpSpec = {
  readonly targets?: readonly McpTarget[]
  readonly sessionRouting?: string
  readonly failureMode?: string
  readonly prefixMode?: string
}

export type McpTarget = {
  readonly name: string
  readonly selector?: { readonly namespaces?: LabelSelector; readonly services?: LabelSelector }
  readonly static?: {
    readonly host?: string
    readonly backendRef?: { readonly name: string }
    readonly port: number
    readonly path?: string
    readonly protocol?: string
    readonly policies?: BackendSections
  }
}

export type AgentgatewayPolicy = KubernetesObject<
  {
    readonly targetRefs?: readonly PolicyTargetRef[]
    readonly targetSelectors?: readonly {
      readonly group: string
      readonly kind: string
      readonly matchLabels: Readonly<Record<string, string>>
      readonly sectionName?: string
    }[]
    readonly strategy?: { readonly inheritance?: string }
    readonly frontend?: Readonly<Record<string, unknown>>
    readonly traffic?: Readonly<Record<string, unknown>>
    readonly backend?: BackendSections
  },
  { readonly ancestors?: readonly AncestorStatus[] }
>

export type BackendSections = {
  readonly mcp?: Readonly<Record<string, unknown>>
} & Readonly<Record<string, unknown>>

export type PolicyTargetRef = {
  readonly group: string
  readonly kind: string
  readonly name: string
  readonly sectionName?: string
}

export type AncestorStatus = {
  readonly ancestorRef: {
    readonly group?: string
    readonly kind?: string
    readonly namespace?: string
    readonly name: string
    readonly sectionName?: string
  }
  readonly controllerName: string
  readonly conditions: readonly Condition[]
}

export type JwksSpec = {
  readonly inline?: string
  readonly url?: string
  readonly jwksPath?: string
  readonly backendRef?: BackendRef
  readonly remote?: Omit<JwksSpec, 'inline' | 'remote'>
}

export type McpAuthenticationSpec = {
  readonly issuer: string
  readonly audiences?: readonly string[]
  readonly jwks?: JwksSpec
  readonly mode?: string
  readonly provider?: string
  readonly resourceMetadata?: Readonly<Record<string, unknown>>
  readonly clientId?: string
  readonly clientSecretRef?: { readonly name: string; readonly key?: string }
}

export type JwtAuthenticationSpec = {
  readonly mode?: string
  readonly location?: unknown
  readonly providers?: readonly {
    readonly issuer: string
    readonly audiences?: readonly string[]
    readonly jwks?: JwksSpec
  }[]
  readonly mcp?: Pick<McpAuthenticationSpec, 'resourceMetadata' | 'provider' | 'clientId'>
}

export type AuthorizationSpec = {
  readonly action?: string
  readonly policy: { readonly matchExpressions: readonly string[] }
}

export type RateLimitSpec = {
  readonly local?: readonly {
    readonly requests?: number
    readonly unit: string
    /** On top of `requests`. */
    readonly burst?: number
  }[]
} & Readonly<Record<string, unknown>>
