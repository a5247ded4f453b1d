import type { Locate } from '../resource.ts'
import type { BackendTlsPolicy } from '../schema/backend-tls.ts'
import { Secret } from '../secret.ts'
import type { UpstreamTls } from '../snapshot-backend.ts'
import type { Compilation } from './context.ts'
import { readCertificates, readKeyPair } from './tls.ts'

/** A policy with where it was written. */
export type WrittenTls = { readonly policy: BackendTlsPolicy; readonly locate: Locate }

/** How a backend is met over TLS, by the policy that is closest to it; undefined: as its URL says. */
export function compileBackendTls(
  nearestFirst: readonly (WrittenTls | undefined)[],
  compilation: Compilation,
): UpstreamTls | undefined {
  const written = nearestFirst.find(one => one !== undefined)
  if (written === undefined) return undefined
  const { policy, locate } = written
  const { cert, key, root, hostname, insecure, insecureHost, subjectAltNames = [] } = policy
  const pair =
    cert === undefined || key === undefined
      ? undefined
      : readKeyPair({ cert, key }, locate, compilation)
  return {
    certificate: pair?.certificate,
    key: pair && new Secret(pair.key),
    authorities: root && readCertificates(root, locate('root'), compilation),
    servername: hostname,
    verify: insecure === true ? 'nothing' : insecureHost === true ? 'chain' : 'all',
    subjectAltNames,
  }
}

/** The same host and port, over TLS. */
export function overTls(url: string, tls: UpstreamTls | undefined): string {
  if (tls === undefined || !url.startsWith('http:')) return url
  const { hostname, port } = new URL(url)
  const named = port === '443' ? hostname : `${hostname}:${port || 80}`
  return url.replace(/^http:\/\/[^/]*/, `https://${named}`)
}
