import { isIPv6 } from 'node:net'

/** One subscriber has a whole /64 of IPv6 (RFC 6177), so single addresses would limit nobody. */
export function networkOf(address: string): string {
  // Most keys are no addresses at all, which is seen at less cost than the many forms of IPv6.
  if (!address.includes(':') || !isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const missing = tail === undefined ? 0 : 8 - before.length - after.length
  const zeros = Array.from({ length: Math.max(0, missing) }, () => '0')
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}

function groupsOf(text: string): readonly string[] {
  return text === ''
    ? []
    : text.split(':').map(group => group.replace(/^0+(?=.)/, '').toLowerCase())
}
