import type { LookupFunction } from 'node:net'
import type { checkServerIdentity } from 'node:tls'
import { buildConnector } from 'undici'
import type { Place } from './spread.ts'

/**
 * Where connections for a host and port go instead, such as to the endpoints of a Kubernetes Service; never empty.
 * Undefined: the name service knows.
 */
export type Resolve = (hostname: string, port: number) => readonly Place[] | undefined

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
  /** Whether a certificate that comes from an authority is the right one; left out: it holds the name. */
  readonly checkServerIdentity?: typeof checkServerIdentity | undefined
}

/**
 * Opens connections for a pool, to each of several places in turn. TLS checks the name of the URL, wherever the
 * connection goes.
 */
export function createConnector(options: ConnectOptions): buildConnector.connector {
  const { timeoutMs, resolve, ...node } = options
  const given = Object.entries(node).filter(([, value]) => value !== undefined)
  const connect = buildConnector({ timeout: timeoutMs ?? 10_000, ...Object.fromEntries(given) })
  if (resolve === undefined) return connect
  let turn = 0
  return (wanted, callback) => {
    const port = Number(wanted.port || (wanted.protocol === 'https:' ? 443 : 80))
    const places = resolve(wanted.hostname, port)
    const place = places?.[turn++ % places.length]
    if (place === undefined) return connect(wanted, callback)
    const { host, port: placePort } = place
    const servername = wanted.servername ?? node.servername ?? wanted.hostname
    connect({ ...wanted, hostname: host, host, port: String(placePort), servername }, callback)
  }
}
