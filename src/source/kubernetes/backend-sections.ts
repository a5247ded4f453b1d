import type { Cluster } from './cluster.ts'
import type { ConfigMap } from './gateway-api.ts'
import { given } from './given.ts'
import { secretValue } from './secret-value.ts'
import type { Outcome, SectionContext } from './section.ts'

/** Members of agentgateway's BackendSimple: how a backend is met, whoever asks for it. */

export type AuthSpec = {
  readonly key?: string
  readonly secretRef?: { readonly name: string }
  readonly passthrough?: object
  readonly location?: { readonly header?: { readonly name: string; readonly prefix?: string } }
} & Readonly<Record<string, unknown>>

export type TlsSpec = {
  /** `tls.crt` and `tls.key` of a Secret. */
  readonly mtlsCertificateRef?: readonly { readonly name: string }[]
  /** `ca.crt` of a ConfigMap. */
  readonly caCertificateRefs?: readonly { readonly name: string }[]
  readonly insecureSkipVerify?: string
  readonly sni?: string
  readonly verifySubjectAltNames?: readonly string[]
} & Readonly<Record<string, unknown>>

export type HttpSpec = { readonly requestTimeout?: string } & Readonly<Record<string, unknown>>

/** BackendAuth: a key, or the credential of the client. */
export function backendAuth(spec: AuthSpec, { cluster, from }: SectionContext): Outcome {
  const { key, secretRef, passthrough, location, ...others } = spec
  const [other] = Object.keys(others)
  if (other !== undefined) return { problem: `${other} is not supported` }
  const [place] = Object.keys(location ?? {}).filter(name => name !== 'header')
  if (place !== undefined) return { problem: `location.${place} is not supported, only header` }
  if (passthrough !== undefined) {
    if (location !== undefined) return { problem: 'location is not supported with passthrough' }
    return { backendAuth: { passthrough: {} } }
  }
  const at = { namespace: from.namespace, name: secretRef?.name ?? '' }
  const value = key ?? secretValue(cluster, at, 'Authorization')?.reveal()
  if (value === undefined) {
    return { problem: `secretRef: the Secret ${at.name} or its key Authorization is not there` }
  }
  // The prefix is added again, so that the Secret may hold either form.
  return location === undefined
    ? { backendAuth: { key: value.replace(/^Bearer /i, '') } }
    : { backendAuth: { key: value, location } }
}

/** BackendTLS: Secret and ConfigMap are in the namespace of whoever names them. */
export function backendTls(spec: TlsSpec, { cluster, from }: SectionContext): Outcome {
  const { mtlsCertificateRef, caCertificateRefs, insecureSkipVerify, sni, ...more } = spec
  const { verifySubjectAltNames: subjectAltNames, alpnProtocols, ...others } = more
  const [other] = Object.keys(others)
  if (other !== undefined) return { problem: `${other} is not supported` }
  const [client] = mtlsCertificateRef ?? []
  const at = { namespace: from.namespace, name: client?.name ?? '' }
  const cert = client && secretValue(cluster, at, 'tls.crt')
  const key = client && secretValue(cluster, at, 'tls.key')
  if (client !== undefined && (cert === undefined || key === undefined)) {
    return { problem: `mtlsCertificateRef: the Secret ${client.name} lacks tls.crt or tls.key` }
  }
  const [authorities] = caCertificateRefs ?? []
  const root =
    authorities === undefined
      ? client && secretValue(cluster, at, 'ca.crt')?.reveal()
      : authoritiesOf(cluster, from.namespace, authorities.name)
  if (authorities !== undefined && root === undefined) {
    return { problem: `caCertificateRefs: the ConfigMap ${authorities.name} lacks ca.crt` }
  }
  const written = {
    backendTLS: given({
      cert: cert?.reveal(),
      key: key?.reveal(),
      root,
      hostname: sni,
      insecure: insecureSkipVerify === 'All' ? true : undefined,
      insecureHost: insecureSkipVerify === 'Hostname' ? true : undefined,
      subjectAltNames,
    }),
  }
  return alpnProtocols === undefined
    ? written
    : { written, partial: 'alpnProtocols is left out: HTTP/1.1 is spoken' }
}

export function backendHttp({ requestTimeout, ...others }: HttpSpec): Outcome {
  const written =
    requestTimeout === undefined ? {} : { timeout: { backendRequestTimeout: requestTimeout } }
  const [other] = Object.keys(others)
  return other === undefined ? written : { written, partial: `${other} is not supported` }
}

function authoritiesOf(cluster: Cluster, namespace: string, name: string): string | undefined {
  const { data = {} } = cluster.get<ConfigMap>('ConfigMap', namespace, name) ?? {}
  return Object.hasOwn(data, 'ca.crt') ? data['ca.crt'] : undefined
}
