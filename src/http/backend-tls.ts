import { checkServerIdentity } from 'node:tls'
import type { UpstreamTls } from '../config/snapshot.ts'
import type { TlsOptions } from './connect.ts'

/** How connections to a backend are made whose certificate is looked at in a way of its own. */
export function backendTls(tls: UpstreamTls): TlsOptions {
  const { certificate, key, authorities, servername, verify, subjectAltNames } = tls
  return {
    ca: authorities,
    cert: certificate,
    key: key?.reveal(),
    servername,
    rejectUnauthorized: verify !== 'nothing',
    checkServerIdentity: verify === 'all' ? identityOf(subjectAltNames) : () => undefined,
  }
}

/** RFC 9525: any of the names is enough. */
function identityOf(names: readonly string[]): TlsOptions['checkServerIdentity'] {
  if (names.length === 0) return undefined
  return (_, certificate) => {
    const errors = names.map(name => checkServerIdentity(name, certificate))
    return errors.includes(undefined) ? undefined : errors[0]
  }
}
