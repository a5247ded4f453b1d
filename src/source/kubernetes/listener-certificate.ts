import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { TlsConfig } from '../../config/schema/tls.ts'
import type { Cluster } from './cluster.ts'
import type { Gateway, ListenerSpec } from './gateway-api.ts'
import { isGranted } from './grants.ts'
import { secretValue } from './secret-value.ts'

/** Why a listener has no certificate (GatewaySpec, "ListenerReasonInvalidCertificateRef", "RefNotPermitted"). */
export type NoCertificate = {
  readonly reason: 'InvalidCertificateRef' | 'RefNotPermitted'
  readonly message: string
}

/** Certificate and key of an HTTPS listener, from the first of its Secrets. */
export function certificateOf(
  cluster: Cluster,
  { metadata: { namespace = '' } }: Gateway,
  { tls }: ListenerSpec,
): TlsConfig | NoCertificate {
  const invalid = (message: string): NoCertificate => ({ reason: 'InvalidCertificateRef', message })
  if (tls?.mode !== undefined && tls.mode !== 'Terminate') {
    return invalid(`tls mode ${tls.mode} is not supported, only Terminate`)
  }
  const [ref, ...others] = tls?.certificateRefs ?? []
  if (ref === undefined) return invalid('HTTPS needs tls.certificateRefs')
  if (others.length > 0) return invalid('one certificate for each listener is supported')
  if ((ref.kind ?? 'Secret') !== 'Secret' || (ref.group ?? '') !== '') {
    return invalid(`a certificate is in a Secret, got ${ref.kind}`)
  }
  const to = { kind: 'Secret', namespace: ref.namespace ?? namespace, name: ref.name } as const
  if (!isGranted(cluster, { from: { kind: 'Gateway', namespace }, to })) {
    const message = `no ReferenceGrant in ${to.namespace} lets a Gateway of ${namespace} use the Secret ${to.name}`
    return { reason: 'RefNotPermitted', message }
  }
  const certificate = secretValue(cluster, to, 'tls.crt')
  const key = secretValue(cluster, to, 'tls.key')
  if (certificate === undefined || key === undefined) {
    return invalid(
      `the Secret ${to.namespace}/${to.name} does not exist or lacks tls.crt or tls.key`,
    )
  }
  if (!belongTogether(certificate.reveal(), key.reveal())) {
    return invalid(
      `the Secret ${to.namespace}/${to.name} holds no PEM certificate, or the key of another one`,
    )
  }
  return {
    cert: { kind: 'inline', secret: certificate },
    key: { kind: 'inline', secret: key },
  }
}

/** Said here as well as by the configuration, so that one Secret harms one listener. */
function belongTogether(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
