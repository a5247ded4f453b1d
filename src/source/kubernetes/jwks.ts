import type { AgentgatewayBackend, JwksSpec } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import type { BackendRef } from './gateway-api.ts'
import { isGranted } from './grants.ts'
import { KINDS } from './kinds.ts'
import { findService, isUnresolved, type Referrer } from './service-address.ts'

/** A key set as a file writes it; undefined: from the metadata of the issuer. */
export type WrittenJwks = { readonly url: string } | { readonly inline: string } | undefined

/** The sentence of what keeps the keys from being found. */
export type NoKeys = { readonly problem: string }

/** Where keys are: given, at a URL, or at a path of a Service. */
export function toJwks(
  cluster: Cluster,
  from: Referrer,
  spec: JwksSpec | undefined,
): { readonly jwks: WrittenJwks } | NoKeys {
  const { inline, url, jwksPath = '', backendRef } = { ...spec, ...spec?.remote }
  if (inline !== undefined) return { jwks: { inline } }
  if (url !== undefined) return { jwks: { url } }
  if (backendRef === undefined) return { jwks: undefined }
  const origin = originOf(cluster, from, backendRef)
  if ('problem' in origin) return { problem: `jwks.backendRef: ${origin.problem}` }
  return { jwks: { url: `${origin.origin}/${jwksPath.replace(/^\/+/, '')}` } }
}

/** "Supported types are `Service` and static `Backend`" (RemoteJWKS). */
function originOf(
  cluster: Cluster,
  from: Referrer,
  ref: BackendRef,
): { readonly origin: string } | NoKeys {
  const { group = '', kind = 'Service', namespace = from.namespace, name } = ref
  if (kind === 'Service' && group === '') {
    const service = findService(cluster, from, ref)
    if (isUnresolved(service)) return { problem: service.message }
    const { origin, isSecure } = service
    return { origin: isSecure ? origin.replace(/^http:/, 'https:') : origin }
  }
  if (kind !== 'AgentgatewayBackend' || group !== KINDS.AgentgatewayBackend.group) {
    return { problem: `${kind} is not supported, name a Service or give url` }
  }
  const to = { kind: 'AgentgatewayBackend', namespace, name } as const
  if (!isGranted(cluster, { from, to })) {
    return { problem: `no ReferenceGrant in ${namespace} lets ${from.namespace} use ${name}` }
  }
  const { spec } = cluster.get<AgentgatewayBackend>(to.kind, namespace, name) ?? {}
  const { host, port = 443 } = spec?.static ?? {}
  if (host === undefined) return { problem: `${name} is no static AgentgatewayBackend` }
  const { tls } = spec?.policies ?? {}
  // Keys are fetched with the authorities of the system, or of the process.
  if (tls !== undefined && Object.keys(tls as object).length > 0) {
    return { problem: `policies.tls of ${name} is not supported with members, give url` }
  }
  return { origin: `${tls === undefined ? 'http' : 'https'}://${host}:${port}` }
}
