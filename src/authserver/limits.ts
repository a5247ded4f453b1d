import { isIPv6 } from 'node:net'
import type { Registration } from '../config/snapshot.ts'

/**
 * How many clients strangers may have the gateway register at the provider: per address and hour, and in
 * total per day and process. Keycloak refuses everybody once a realm has 200 clients.
 */
export type RegistrationLimits = {
  /** Takes one registration out of the limits; seconds to wait when there is none left. */
  take(address: string): number | undefined
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Addresses that are counted at a time; when there are more, those that started first are forgotten. */
const MAX_ADDRESSES = 10_000

type Window = { readonly endsAt: number; taken: number }

/** @param now milliseconds since 1970 */
export function createRegistrationLimits(
  { perAddressPerHour, perDay }: Registration['limits'],
  now: () => number,
): RegistrationLimits {
  const addresses = new Map<string, Window>()
  let all: Window = { endsAt: now() + DAY, taken: 0 }

  function windowOf(address: string): Window {
    const name = networkOf(address)
    const known = addresses.get(name)
    if (known !== undefined && known.endsAt > now()) return known
    const fresh = { endsAt: now() + HOUR, taken: 0 }
    addresses.delete(name)
    addresses.set(name, fresh)
    const [oldest] = addresses.keys()
    if (addresses.size > MAX_ADDRESSES && oldest !== undefined) addresses.delete(oldest)
    return fresh
  }

  return {
    take(address) {
      if (all.endsAt <= now()) all = { endsAt: now() + DAY, taken: 0 }
      const own = windowOf(address)
      const full = [
        own.taken >= perAddressPerHour ? own : [],
        all.taken >= perDay ? all : [],
      ].flat()
      if (full.length > 0) {
        return Math.ceil((Math.max(...full.map(window => window.endsAt)) - now()) / 1000)
      }
      own.taken++
      all.taken++
      return undefined
    },
  }
}

/** One subscriber has a whole /64 of IPv6 (RFC 6177), so single addresses would limit nobody. */
function networkOf(address: string): string {
  if (!isIPv6(address) || /^::ffff:/i.test(address)) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = [head, tail].map(part => part.split(':').filter(group => group !== ''))
  const before = groups[0] ?? []
  const after = groups[1] ?? []
  const zeros = Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':')
}
