import type { Condition } from './conditions.ts'
import type { KubernetesObject } from './object.ts'

/** What is read of gateway.networking.k8s.io/v1; the API server has checked the schemas. */

export type GatewayClass = KubernetesObject<
  { readonly controllerName: string },
  { readonly conditions?: readonly Condition[] }
>

export type Gateway = KubernetesObject<
  {
    readonly gatewayClassName: string
    readonly listeners: readonly ListenerSpec[]
    readonly addresses?: readonly { readonly type?: string; readonly value?: string }[]
  },
  GatewayStatus
>

export type ListenerSpec = {
  readonly name: string
  readonly hostname?: string
  readonly port: number
  readonly protocol: string
  readonly tls?: {
    readonly mode?: string
    readonly certificateRefs?: readonly SecretRef[]
    readonly options?: Readonly<Record<string, string>>
  }
  readonly allowedRoutes?: {
    readonly namespaces?: { readonly from?: string; readonly selector?: LabelSelector }
    readonly kinds?: readonly { readonly group?: string; readonly kind: string }[]
  }
}

/** GatewayStatusAddress. */
export type GatewayAddress = { readonly type: 'IPAddress' | 'Hostname'; readonly value: string }

export type GatewayStatus = {
  readonly addresses?: readonly GatewayAddress[]
  readonly conditions?: readonly Condition[]
  readonly listeners?: readonly ListenerStatus[]
}

export type ListenerStatus = {
  readonly name: string
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[]
  readonly attachedRoutes: number
  readonly conditions: readonly Condition[]
}

export type LabelSelector = {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

export type SecretRef = {
  readonly group?: string
  readonly kind?: string
  readonly name: string
  readonly namespace?: string
}

export type ParentRef = {
  readonly group?: string
  readonly kind?: string
  readonly namespace?: string
  readonly name: string
  readonly sectionName?: string
  readonly port?: number
}

export type BackendRef = {
  readonly group?: string
  readonly kind?: string
  readonly name: string
  readonly namespace?: string
  readonly port?: number
}

export type HTTPRoute = KubernetesObject<
  {
    readonly parentRefs?: readonly ParentRef[]
    readonly hostnames?: readonly string[]
    readonly rules?: readonly RouteRule[]
  },
  { readonly parents?: readonly ParentStatus[] }
>

export type ParentStatus = {
  readonly parentRef: ParentRef
  readonly controllerName: string
  readonly conditions: readonly Condition[]
}

export type RouteRule = {
  readonly name?: string
  readonly matches?: readonly RouteMatch[]
  readonly filters?: readonly RouteFilter[]
  readonly backendRefs?: readonly RuleBackendRef[]
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string }
}

export type RouteMatch = {
  readonly path?: { readonly type?: string; readonly value?: string }
  readonly method?: string
  readonly headers?: readonly ValueMatch[]
  readonly queryParams?: readonly ValueMatch[]
}

export type ValueMatch = { readonly type?: string; readonly name: string; readonly value: string }

export type HeaderFilter = {
  readonly set?: readonly { readonly name: string; readonly value: string }[]
  readonly add?: readonly { readonly name: string; readonly value: string }[]
  readonly remove?: readonly string[]
}

export type RouteFilter = {
  readonly type: string
  readonly requestHeaderModifier?: HeaderFilter
  readonly responseHeaderModifier?: HeaderFilter
  readonly requestRedirect?: RedirectFilter
  readonly urlRewrite?: RewriteFilter
}

export type RedirectFilter = {
  readonly scheme?: string
  readonly hostname?: string
  readonly path?: PathModifier
  readonly port?: number
  readonly statusCode?: number
}

export type RewriteFilter = { readonly hostname?: string; readonly path?: PathModifier }

export type PathModifier = {
  readonly type: string
  readonly replaceFullPath?: string
  readonly replacePrefixMatch?: string
}

export type RuleBackendRef = BackendRef & {
  readonly weight?: number
  readonly filters?: readonly RouteFilter[]
}

export type ReferenceGrant = KubernetesObject<{
  readonly from: readonly {
    readonly group: string
    readonly kind: string
    readonly namespace: string
  }[]
  readonly to: readonly {
    readonly group: string
    readonly kind: string
    readonly name?: string
  }[]
}>

export type Namespace = KubernetesObject

export type Service = KubernetesObject<
  {
    readonly type?: string
    readonly clusterIP?: string
    readonly clusterIPs?: readonly string[]
    readonly externalName?: string
    readonly ports?: readonly ServicePort[]
  },
  {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[]
    }
  }
>

export type ServicePort = {
  readonly name?: string
  readonly port: number
  readonly targetPort?: number | string
  readonly protocol?: string
  readonly appProtocol?: string
}

export type Secret = KubernetesObject & {
  readonly type?: string
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>
}

export type ConfigMap = KubernetesObject & { readonly data?: Readonly<Record<string, string>> }

export type EndpointSlice = KubernetesObject & {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[]
    readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean }
  }[]
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[]
}
