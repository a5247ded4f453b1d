import type { LookupFunction } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { isSpecialAddress } from '../../src/http/address.ts'
import { createFetch } from '../../src/http/fetch.ts'
import { checkedLookup } from '../../src/http/untrusted.ts'

describe('addresses that no client may choose [EDGE-18]', () => {
  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:10.0.0.1',
    '::127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '100::1',
    '5f00::1',
    '4000::1',
    'localhost',
    '',
  ])('%s', address => {
    expect(isSpecialAddress(address)).toBe(true)
  })

  test.each([
    '1.1.1.1',
    '100.128.0.1',
    '172.32.0.1',
    '8.8.8.8',
    '2606:4700::1111',
    '2001:4860:4860::8888',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is public', address => {
    expect(isSpecialAddress(address)).toBe(false)
  })
})

const asked: string[] = []
/** Every name resolves to what it is called after: `a-127.0.0.1.example` to 127.0.0.1. */
const lookup: LookupFunction = (hostname, options, callback) => {
  asked.push(hostname)
  const addresses = hostname
    .replace(/^a-|\.example$/g, '')
    .split('_')
    .map(text => text.replaceAll('x', ':'))
    .map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
  if (options.all === true) callback(null, addresses)
  else callback(null, addresses[0]!.address, addresses[0]!.family)
}
const { fetch, close } = createFetch({ lookup })
afterAll(close)

describe('an untrusted URL [EDGE-18]', () => {
  test.each([
    ['plain http', 'http://a-8.8.8.8.example/'],
    ['another scheme', 'file:///etc/passwd'],
    ['user information', 'https://user@a-8.8.8.8.example/'],
    ['a loopback address', 'https://127.0.0.1/'],
    ['a decimal address', 'https://2130706433/'],
    ['a hexadecimal address', 'https://0x7f000001/'],
    ['an octal address', 'https://0177.0.0.1/'],
    ['a short address', 'https://127.1/'],
    ['full-width digits', 'https://１２７.0.0.1/'],
    ['the unspecified address', 'https://0.0.0.0/'],
    ['a mapped address', 'https://[::ffff:127.0.0.1]/'],
    ['the loopback address of IPv6', 'https://[::1]/'],
    ['cloud metadata', 'https://169.254.169.254/latest/meta-data'],
    ['a name for the loopback address', 'https://a-127.0.0.1.example/'],
    ['a name for a private address', 'https://a-10.0.0.1.example/'],
    ['a name for a mapped address', 'https://a-xxffffx127.0.0.1.example/'],
    ['a name with a public and a private address', 'https://a-8.8.8.8_127.0.0.1.example/'],
  ])('with %s is refused', async (_name, url) => {
    await expect(fetch({ url, untrusted: true, timeoutMs: 2_000 })).rejects.toMatchObject({
      name: 'FetchError',
      reason: 'forbidden_address',
    })
  })
})

test('the address that was checked is the one that is connected to [EDGE-18]', async () => {
  asked.length = 0
  const addresses = await new Promise((resolve, reject) => {
    checkedLookup(lookup)('a-8.8.8.8_1.1.1.1.example', { all: true }, (error, found) =>
      error === null ? resolve(found) : reject(error),
    )
  })
  expect(addresses).toEqual([
    { address: '8.8.8.8', family: 4 },
    { address: '1.1.1.1', family: 4 },
  ])
  // One question, one answer: nothing is resolved a second time.
  expect(asked).toHaveLength(1)
})

test('a caller that wants one address gets a checked one', async () => {
  const result = await new Promise(resolve => {
    checkedLookup(lookup)('a-8.8.8.8.example', {}, (_error, address, family) =>
      resolve([address, family]),
    )
  })
  expect(result).toEqual(['8.8.8.8', 4])
})
