import { describe, expect, test } from 'vitest'
import { firstListener, firstRoute, messages, snapshotOf } from './read.ts'

type Written = {
  readonly bind?: string
  readonly listener?: string
  readonly route?: string
  readonly config?: string
  readonly resource?: string
  readonly backend?: string
}

function text({ bind, listener, route, config, resource, backend }: Written): string {
  const line = (content: string | undefined, width: number) =>
    content === undefined ? '' : `${' '.repeat(width)}${content}\n`
  const metadata = resource === undefined ? '' : `, resourceMetadata: {resource: '${resource}'}`
  return `${config === undefined ? '' : `config: {${config}}\n`}binds:
- port: 3000
${line(bind, 2)}  listeners:
  - name: l
${line(listener, 4)}    routes:
    - matches: [{path: {pathPrefix: /mcp}}]
${line(route, 6)}      policies: {mcpAuthentication: {issuer: http://idp.example${metadata}}}
      backends:
      - mcp: {targets: [{name: a, mcp: {host: 'http://h'}}]${backend === undefined ? '' : `, ${backend}`}}
`
}

const origins = (written: Written) => firstRoute(snapshotOf(text(written))).publicOrigins

describe('public origins are', () => {
  const here = ['http://localhost:3000', 'http://127.0.0.1:3000']
  const rows: readonly (readonly [what: string, Written, readonly string[]])[] = [
    ['this machine', {}, here],
    ['this machine on loopback', { bind: 'address: 127.0.0.1' }, here],
    ['the address', { bind: 'address: 10.0.0.5' }, ['http://10.0.0.5:3000']],
    [
      'the hostname of the listener',
      { listener: 'hostname: GW.example' },
      ['http://gw.example:3000'],
    ],
    [
      'those of the route',
      { listener: "hostname: '*.example'", route: 'hostnames: [a.example, b.example]' },
      ['http://a.example:3000', 'http://b.example:3000'],
    ],
    ['never a wildcard', { listener: "hostname: '*.example'" }, here],
    ['that of resource', { resource: 'https://gw.example/mcp' }, ['https://gw.example']],
    [
      'publicUrl of config',
      { resource: 'https://gw.example/mcp', config: "publicUrl: 'https://c.example:443/'" },
      ['https://c.example'],
    ],
    [
      'publicUrl of the listener',
      { config: 'publicUrl: https://c.example', listener: 'publicUrl: https://l.example' },
      ['https://l.example'],
    ],
    [
      'publicUrl of the route',
      { listener: 'publicUrl: https://l.example', route: 'publicUrl: https://r.example' },
      ['https://r.example'],
    ],
  ]
  test.each(rows)('%s', (_, written, expected) => {
    expect(origins(written)).toEqual(expected)
  })
})

describe('hosts that are let in', () => {
  const hosts = (written: Written) => firstListener(snapshotOf(text(written))).allowedHosts
  const local = ['localhost', '127.0.0.1', '[::1]']

  test('all, on all interfaces', () => {
    expect(hosts({})).toBeUndefined()
    expect(hosts({ listener: 'hostname: gw.example' })).toBeUndefined()
  })

  test('this machine and configured names, on loopback', () => {
    expect(hosts({ bind: 'address: localhost' })).toEqual(local)
    expect(hosts({ bind: "address: '::1'", listener: "hostname: '*.example'" })).toEqual([
      ...local,
      '*.example',
    ])
    expect(
      hosts({ bind: 'address: 127.0.0.1', config: 'publicUrl: https://gw.example:8443' }),
    ).toEqual([...local, 'gw.example'])
  })

  test('the same where dnsRebindingProtection asks for it', () => {
    expect(hosts({ backend: 'dnsRebindingProtection: true' })).toEqual(local)
  })
})

describe('a resource', () => {
  const misfits: readonly (readonly [Written, string])[] = [
    [{ resource: 'http://localhost:3000/other' }, 'no route: this one is at /mcp'],
    [{ resource: 'http://localhost:3000/mcpx' }, 'no route: this one is at /mcp'],
    [{ resource: 'http://localhost:3003/mcp' }, 'no listener: the port is 3000'],
    [
      { resource: 'http://x.example/mcp', listener: 'hostname: gw.example' },
      'no listener: the route is for gw.example',
    ],
    [
      { resource: 'http://x.example/mcp', config: 'publicUrl: https://gw.example' },
      'no listener: publicUrl is https://gw.example',
    ],
  ]
  test.each(misfits)('%j fits %s', (written, misfit) => {
    expect(messages('warning', text(written))).toEqual([
      `the resource ${written.resource} fits ${misfit}`,
    ])
  })

  test.each<Written>([
    { resource: 'http://localhost:3000/mcp' },
    { resource: 'http://localhost:3000/mcp/x' },
    { resource: 'https://behind-a-proxy.example/mcp' },
    { resource: 'https://a.gw.example/mcp', listener: "hostname: '*.gw.example'" },
  ])('%j fits', written => {
    expect(messages('warning', text(written))).toEqual([])
  })
})
