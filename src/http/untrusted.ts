import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { FetchError } from '../providers/fetch.ts'
import { isSpecialAddress } from './address.ts'

/**
 * Checks what a URL that a client chose says by itself: https, no user information, no special
 * address in whatever spelling (the URL parser has turned `0x7f.1` and `2130706433` into 127.0.0.1). Throws
 * `FetchError`. Names are checked when they are resolved: `checkedLookup`.
 */
export function checkUntrusted(url: URL): void {
  if (url.protocol !== 'https:') {
    throw new FetchError('forbidden_address', `${url.origin} is not https`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new FetchError('forbidden_address', `a URL on ${url.host} carries user information`)
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) checkAddress(host, host)
}

/**
 * Name resolution that fails when any address of a name is special. Connections are made to the very
 * addresses that were checked, because `node:net` uses what this function returns and does not ask again.
 */
export function checkedLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    const all: LookupOptions = { ...options, all: true }
    lookup(hostname, all, (error, found, family) => {
      if (error !== null) return callback(error, '')
      const addresses: LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found
      const [first] = addresses
      try {
        for (const { address } of addresses) checkAddress(address, hostname)
        if (first === undefined) throw new FetchError('unreachable', `${hostname} has no address`)
      } catch (refusal) {
        return callback(refusal as FetchError, '')
      }
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function checkAddress(address: string, host: string): void {
  if (!isSpecialAddress(address)) return
  throw new FetchError(
    'forbidden_address',
    `${host} is at ${address}, which is not a public address`,
  )
}
