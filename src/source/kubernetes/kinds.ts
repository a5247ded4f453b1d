/** A kind that is watched. */
export type Kind = {
  readonly kind: string
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespaced: boolean
  /** Left out of the list by the API server already, to keep memory small. */
  readonly fieldSelector?: string
  /** The members of `data` that are kept; all unless given. */
  readonly data?: readonly string[]
}

export type KindName =
  | 'GatewayClass'
  | 'Gateway'
  | 'HTTPRoute'
  | 'ReferenceGrant'
  | 'AgentgatewayBackend'
  | 'AgentgatewayPolicy'
  | 'AuthPolicy'
  | 'MCPServerRegistration'
  | 'MCPGatewayExtension'
  | 'MCPVirtualServer'
  | 'Namespace'
  | 'Service'
  | 'Secret'
  | 'ConfigMap'
  | 'EndpointSlice'

const gatewayApi = { group: 'gateway.networking.k8s.io', version: 'v1', namespaced: true }
const agentgateway = { group: 'agentgateway.dev', version: 'v1alpha1', namespaced: true }
const kuadrant = { group: 'mcp.kuadrant.io', version: 'v1', namespaced: true }
const core = { group: '', version: 'v1', namespaced: true }

/** Types of Secrets that nothing here refers to; releases of helm are the largest. */
const NOT_READ = [
  'helm.sh/release.v1',
  'kubernetes.io/service-account-token',
  'kubernetes.io/dockerconfigjson',
  'bootstrap.kubernetes.io/token',
]

/** Everything that is read. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  GatewayClass: {
    ...gatewayApi,
    kind: 'GatewayClass',
    plural: 'gatewayclasses',
    namespaced: false,
  },
  Gateway: { ...gatewayApi, kind: 'Gateway', plural: 'gateways' },
  HTTPRoute: { ...gatewayApi, kind: 'HTTPRoute', plural: 'httproutes' },
  ReferenceGrant: {
    ...gatewayApi,
    version: 'v1beta1',
    kind: 'ReferenceGrant',
    plural: 'referencegrants',
  },
  AgentgatewayBackend: {
    ...agentgateway,
    kind: 'AgentgatewayBackend',
    plural: 'agentgatewaybackends',
  },
  AgentgatewayPolicy: {
    ...agentgateway,
    kind: 'AgentgatewayPolicy',
    plural: 'agentgatewaypolicies',
  },
  AuthPolicy: {
    group: 'kuadrant.io',
    version: 'v1',
    kind: 'AuthPolicy',
    plural: 'authpolicies',
    namespaced: true,
  },
  MCPServerRegistration: {
    ...kuadrant,
    kind: 'MCPServerRegistration',
    plural: 'mcpserverregistrations',
  },
  MCPGatewayExtension: { ...kuadrant, kind: 'MCPGatewayExtension', plural: 'mcpgatewayextensions' },
  MCPVirtualServer: { ...kuadrant, kind: 'MCPVirtualServer', plural: 'mcpvirtualservers' },
  Namespace: { ...core, kind: 'Namespace', plural: 'namespaces', namespaced: false },
  Service: { ...core, kind: 'Service', plural: 'services' },
  Secret: {
    ...core,
    kind: 'Secret',
    plural: 'secrets',
    fieldSelector: NOT_READ.map(type => `type!=${type}`).join(','),
  },
  ConfigMap: {
    ...core,
    kind: 'ConfigMap',
    plural: 'configmaps',
    fieldSelector: 'metadata.name!=kube-root-ca.crt',
    data: ['ca.crt'],
  },
  EndpointSlice: {
    group: 'discovery.k8s.io',
    version: 'v1',
    kind: 'EndpointSlice',
    plural: 'endpointslices',
    namespaced: true,
  },
}

/** Path below the origin of the API server; without a namespace: of the whole cluster. */
export function collectionPath({ group, version, plural }: Kind, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return namespace === undefined
    ? `${root}/${plural}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
}

/** `httproutes.gateway.networking.k8s.io`, as RBAC and CustomResourceDefinitions name it. */
export function resourceName({ group, plural }: Kind): string {
  return group === '' ? plural : `${plural}.${group}`
}
