/** Where in the document a key may stand. */
export type Place =
  | 'document'
  | 'config'
  | 'bind'
  | 'gateway'
  | 'listener'
  | 'tls'
  | 'route'
  | 'policies'
  | 'backend'
  | 'backend policies'
  | 'target'
  | 'target policies'
  | 'backendAuth'
  | 'backendTLS'
  | 'mcpAuthentication'
  | 'location'

/**
 * What agentgateway has and Portcullis refuses: `later` is planned, `outside` is not what Portcullis
 * is for. Nothing of it is ever ignored. The documentation lists this table.
 */
export type Unsupported = {
  readonly places: readonly Place[]
  readonly status: 'later' | 'outside'
  readonly names: readonly string[]
}

export const unsupported: readonly Unsupported[] = [
  {
    places: ['policies', 'gateway', 'listener', 'backend policies', 'target policies'],
    status: 'later',
    names: [
      'basicAuth',
      'extAuthz',
      'extProc',
      'oidc',
      'transformations',
      'mcpGuardrails',
      'backendTunnel',
    ],
  },
  {
    places: ['policies'],
    status: 'later',
    names: [
      'remoteRateLimit',
      'retry',
      'requestMirror',
      'directResponse',
      'csrf',
      'buffer',
      'delay',
    ],
  },
  {
    places: ['gateway', 'listener', 'backend policies', 'target policies'],
    status: 'later',
    names: ['requestRedirect', 'urlRewrite'],
  },
  { places: ['gateway', 'listener'], status: 'later', names: ['backendTLS'] },
  { places: ['backendTLS'], status: 'later', names: ['alpn', 'keyExchangeGroups', 'spiffe'] },
  {
    places: ['backend policies', 'target policies'],
    status: 'later',
    names: ['http', 'tcp', 'health', 'sessionAffinity'],
  },
  {
    places: ['gateway', 'listener', 'backend policies', 'target policies'],
    status: 'later',
    names: ['jwtAuth', 'apiKey', 'cors'],
  },
  {
    places: ['document'],
    status: 'later',
    names: [
      'tcpRoutes',
      'routeGroups',
      'services',
      'workloads',
      'frontendPolicies',
      'ui',
      'policies',
    ],
  },
  { places: ['listener', 'gateway'], status: 'later', names: ['tcpRoutes', 'namespace'] },
  { places: ['bind'], status: 'later', names: ['tunnelProtocol', 'mode'] },
  { places: ['route'], status: 'later', names: ['namespace', 'ruleName'] },
  {
    places: ['tls'],
    status: 'later',
    names: ['mode', 'spiffe', 'cipherSuites', 'maxTLSVersion', 'keyExchangeGroups'],
  },
  {
    places: ['backend'],
    status: 'later',
    names: ['service', 'internal', 'dynamic', 'routeGroup', 'invalid'],
  },
  { places: ['target'], status: 'later', names: ['openapi'] },
  {
    places: ['backendAuth'],
    status: 'later',
    names: ['gcp', 'azure', 'jwtSign', 'oauthTokenExchange', 'crossAppAccess', 'credentials'],
  },
  { places: ['location'], status: 'later', names: ['expression'] },
  {
    places: ['config'],
    status: 'later',
    names: [
      'enableIpv6',
      'dns',
      'localXdsPath',
      'database',
      'storage',
      'sensitiveHeaders',
      'customFunctions',
      'connectionMinTerminationDeadline',
      'workerThreads',
      'metrics',
      'histograms',
      'backend',
      'hbone',
      'standardAttributes',
      'tracing',
    ],
  },
  { places: ['document'], status: 'outside', names: ['llm', 'ai', 'a2a', 'aws'] },
  { places: ['policies', 'backend policies'], status: 'outside', names: ['ai', 'a2a'] },
  { places: ['backend'], status: 'outside', names: ['ai', 'aws'] },
  { places: ['backend policies'], status: 'outside', names: ['inferenceRouting'] },
  { places: ['backendAuth'], status: 'outside', names: ['aws', 'copilot'] },
  { places: ['config'], status: 'outside', names: ['modelCatalog'] },
]

/** Whether `name` at `place` is a known thing that is refused, and why. */
export function whyUnsupported(name: string, place: Place): Unsupported['status'] | undefined {
  return unsupported.find(group => group.places.includes(place) && group.names.includes(name))
    ?.status
}
