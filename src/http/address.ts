import { BlockList, isIP, isIPv6 } from 'node:net'

// IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast (RFC 5771) and class E. 0.0.0.0/8 is this host.
const specialV4: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

// Of the global unicast block 2000::/3: IETF protocols with Teredo, documentation, 6to4.
const specialV6: readonly string[] = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const special: BlockList = blockList([...specialV4, ...specialV6])
const globalV6: BlockList = blockList(['2000::/3'])

/** `10.0.0.0/8`, `fd00::/8` or single addresses as one list. Throws on anything else. */
export function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const block of blocks) {
    const [address = '', prefix] = block.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** True when a list made by `blockList` holds the address; IPv4 inside IPv6 counts as IPv4. */
export function listed(list: BlockList, address: string): boolean {
  const plain = plainAddress(address)
  return isIP(plain) !== 0 && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/**
 * True unless the address is a public unicast one: loopback, private, link-local, shared (CGNAT),
 * multicast, unspecified, documentation and benchmark ranges, and IPv6 that carries such an IPv4
 * address (mapped, NAT64) or tunnels one (6to4, Teredo). Anything that is no IP address is special too.
 */
export function isSpecialAddress(address: string): boolean {
  const plain = plainAddress(address)
  const family = isIP(plain)
  if (family === 4) return special.check(plain, 'ipv4')
  return family === 0 || !globalV6.check(plain, 'ipv6') || special.check(plain, 'ipv6')
}

/** Names and addresses that always mean this machine; brackets around IPv6, as in a Host header. */
export function isLoopbackHost(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  )
}

/** Without zone; IPv4-mapped (RFC 4291 §2.5.5.2) and NAT64 (RFC 6052 §2.1) addresses as the IPv4 address inside. */
export function plainAddress(address: string): string {
  if (!address.includes(':')) return address
  const bare = address.split('%', 1)[0] ?? ''
  if (!isIPv6(bare)) return bare
  const groups = ipv6Groups(bare)
  const head = groups.slice(0, 6).join(':')
  if (head !== '0:0:0:0:0:ffff' && head !== '64:ff9b:0:0:0:0') return bare
  return [6, 7]
    .flatMap(index => {
      const group = Number.parseInt(groups[index] ?? '0', 16)
      return [group >> 8, group & 255]
    })
    .join('.')
}

/** Eight groups without leading zeros. */
function ipv6Groups(address: string): string[] {
  const hex = address.toLowerCase().replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    return `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`
  })
  const [before = '', after] = hex.split('::')
  const left = before === '' ? [] : before.split(':')
  const right = after === undefined || after === '' ? [] : after.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].map(group => group.replace(/^0+(?=.)/, ''))
}
