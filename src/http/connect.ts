import type { LookupFunction } from 'node:net'
import { buildConnector } from 'undici'

/**
 * Another place for a host and port, such as an endpoint of a Kubernetes Service; undefined: the name
 * service knows. Asked once for each new connection.
 */
export type Resolve = (
  hostname: string,
  port: number,
) => { readonly host: string; readonly port: number } | undefined

export type ConnectOptions = {
  readonly timeoutMs?: number | undefined
  readonly resolve?: Resolve | undefined
  /** Name resolution, as `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined
} & TlsOptions

/** As `node:tls` takes them. */
export type TlsOptions = {
  /** Authorities that the system does not know. */
  readonly ca?: string | undefined
  /** Certificate and key to show, both PEM. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** The name to ask for and to check, where it is not the host of the URL. */
  readonly servername?: string | undefined
  /** False accepts every certificate. */
  readonly rejectUnauthorized?: boolean | undefined
}

/** Opens connections for a pool. TLS checks the name of the URL, wherever the connection goes. */
export function createConnector(options: ConnectOptions): buildConnector.connector {
  const { timeoutMs, resolve, ...node } = options
  const given = Object.entries(node).filter(([, value]) => value !== undefined)
  const connect = buildConnector({ timeout: timeoutMs ?? 10_000, ...Object.fromEntries(given) })
  if (resolve === undefined) return connect
  return (wanted, callback) => {
    const port = Number(wanted.port || (wanted.protocol === 'https:' ? 443 : 80))
    const place = resolve(wanted.hostname, port)
    if (place === undefined) return connect(wanted, callback)
    const { host, port: placePort } = place
    const servername = wanted.servername ?? node.servername ?? wanted.hostname
    connect({ ...wanted, hostname: host, host, port: String(placePort), servername }, callback)
  }
}
