import { constants } from 'node:crypto'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { Bind, Listener, Tls } from '../config/snapshot.ts'
import { createHostTable, type HostTable } from './host-table.ts'

/** The certificates of one bind, chosen by SNI (RFC 6066 §3). */
export type Certificates = {
  /** For clients that send no server name, and the lowest protocol version of all listeners. */
  readonly fallback: SecureOptions
  /** Whether any listener wants client certificates. */
  readonly asksClients: boolean
  /** Undefined: no listener has this name. */
  readonly contextOf: (serverName: string) => SecureContext | undefined
  /** Whether the finished handshake fulfils what the listener of its server name asks for. */
  readonly admits: (socket: TLSSocket) => boolean
  /**
   * False when a request names, by Host, a listener whose client certificates this connection did not
   * have to show because its handshake named another one (421, RFC 9110 §15.5.20).
   */
  readonly serves: (socket: TLSSocket, host: string) => boolean
}

export type SecureOptions = {
  readonly cert: string
  readonly key: string
  readonly ca?: string
  readonly minVersion: Tls['minVersion']
  readonly secureOptions: number
}

type Entry = { readonly tls: Tls; readonly context: SecureContext }

/** Throws, naming the listener, when certificate and key cannot be used. Undefined: the bind is plain HTTP. */
export function loadCertificates(bind: Bind): Certificates | undefined {
  const asksClients = bind.listeners.some(({ tls }) => tls?.clientAuthorities !== undefined)
  const resumable =
    !asksClients && new Set(bind.listeners.map(({ tls }) => tls?.minVersion)).size === 1
  const entries = bind.listeners.flatMap(listener => {
    const { hostname, tls } = listener
    return tls === undefined
      ? []
      : [[hostname, { tls, context: contextFor(listener, tls, resumable) }] as const]
  })
  const first = (entries.find(([hostname]) => hostname === undefined) ?? entries[0])?.[1]
  if (first === undefined) return undefined

  const table: HostTable<Entry> = createHostTable(entries)
  const entryOf = (name: string): Entry | undefined => table.matching(name.toLowerCase())[0]
  const entryOfSocket = (socket: TLSSocket): Entry | undefined => {
    const name = serverName(socket)
    return name === undefined ? first : entryOf(name)
  }
  const lowest = entries.some(([, { tls }]) => tls.minVersion === 'TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3'

  return {
    fallback: { ...optionsFor(first.tls, resumable), minVersion: lowest },
    asksClients,
    contextOf: name => entryOf(name)?.context,
    admits: socket => admits(entryOfSocket(socket)?.tls, socket),
    serves(socket, host) {
      const named = entryOf(host)
      if (named?.tls.clientAuthorities === undefined) return true
      // Asked again, because the listener may have got its authorities after the handshake.
      return named === entryOfSocket(socket) && admits(named.tls, socket)
    },
  }
}

function admits(tls: Tls | undefined, socket: TLSSocket): boolean {
  if (tls === undefined) return false
  if (tls.minVersion === 'TLSv1.3' && socket.getProtocol() !== 'TLSv1.3') return false
  if (tls.clientAuthorities === undefined) return true
  // `authorized` alone is also true for a resumed session without a certificate.
  return socket.authorized && socket.getPeerX509Certificate() !== undefined
}

function contextFor(listener: Listener, tls: Tls, resumable: boolean): SecureContext {
  try {
    return createSecureContext(optionsFor(tls, resumable))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`listener ${listener.name}: certificate or key cannot be used: ${reason}`, {
      cause,
    })
  }
}

function optionsFor(tls: Tls, resumable: boolean): SecureOptions {
  const { certificate, key, clientAuthorities, minVersion } = tls
  return {
    cert: certificate,
    key: key.reveal(),
    ...(clientAuthorities !== undefined && { ca: clientAuthorities }),
    minVersion,
    // A resumed session keeps the verdict of the listener that it was made under: in TLS 1.3 it counts as
    // authorized without any certificate, in TLS 1.2 it does not even say its server name.
    secureOptions: resumable ? 0 : constants.SSL_OP_NO_TICKET,
  }
}

// False when the client sent none; older types know only the string.
function serverName(socket: TLSSocket): string | undefined {
  const name: unknown = 'servername' in socket ? socket.servername : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}
