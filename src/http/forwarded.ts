import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { blockList, listed, plainAddress } from './address.ts'

/** Who a request comes from, as far as the gateway can know. */
export type Peer = {
  /** IP address; IPv4 inside IPv6 as IPv4. */
  readonly address: string
  readonly scheme: 'http' | 'https'
  /** X-Forwarded-Host of a trusted proxy, in lower case; undefined: none said so. */
  readonly host: string | undefined
  /** X-Forwarded-For for the next hop: what trusted proxies wrote, and the address of the connection. */
  readonly forwardedFor: string
}

/**
 * Reads X-Forwarded-For, -Proto and -Host, but only of connections that come from `trustedProxies` (CIDR
 * blocks or addresses; throws on anything else). X-Forwarded-For is walked from its right end, past
 * every trusted proxy, to the first address that is none: what stands left of it is what the client claims.
 */
export function createPeerReader(
  trustedProxies: readonly string[],
): (req: IncomingMessage) => Peer {
  const trusted = trustedProxies.length === 0 ? undefined : blockList(trustedProxies)

  return req => {
    const { socket, headers } = req
    const connection = plainAddress(socket.remoteAddress ?? '')
    const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
    if (trusted === undefined || !listed(trusted, connection)) {
      return { address: connection, scheme, host: undefined, forwardedFor: connection }
    }

    const chain = list(headers['x-forwarded-for'])
    let address = connection
    let known = chain.length
    while (known > 0 && listed(trusted, address)) {
      const next = plainAddress(chain[known - 1] ?? '')
      if (isIP(next) === 0) break
      address = next
      known -= 1
    }
    const proto = list(headers['x-forwarded-proto']).at(-1)?.toLowerCase()
    return {
      address,
      scheme: proto === 'http' || proto === 'https' ? proto : scheme,
      host: list(headers['x-forwarded-host']).at(-1)?.toLowerCase(),
      forwardedFor: [...chain.slice(known), connection].join(', '),
    }
  }
}

/** What the next hop is told of the client, as a flat list of names and values. */
export function forwardedHeaders(peer: Peer, authority: string): readonly string[] {
  return [
    'x-forwarded-for',
    peer.forwardedFor,
    'x-forwarded-proto',
    peer.scheme,
    'x-forwarded-host',
    peer.host ?? authority,
  ]
}

function list(value: string | string[] | undefined): string[] {
  if (value === undefined) return []
  const text = typeof value === 'string' ? value : value.join(',')
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}
