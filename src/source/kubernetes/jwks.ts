import type { JwksSpec } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
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
  const kind = backendRef.kind ?? 'Service'
  if (kind !== 'Service') {
    return { problem: `jwks.backendRef: ${kind} is not supported, name a Service or give url` }
  }
  const service = findService(cluster, from, backendRef)
  if (isUnresolved(service)) return { problem: `jwks.backendRef: ${service.message}` }
  return { jwks: { url: `${service.origin}/${jwksPath.replace(/^\/+/, '')}` } }
}
