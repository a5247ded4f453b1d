import { once } from 'node:events'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import type { Bind, Listener, Tls } from '../../src/config/snapshot.ts'
import { createServer, type EdgeServer, type ServerLimits } from '../../src/http/server.ts'
import { createAuthority } from './authority.ts'
import { bind, listener } from './snapshots.ts'
import { openWire, type Wire, wireOf } from './wire.ts'

const authority = createAuthority()
const clients = createAuthority('clients')
const pairs = new Map<string, { certificate: string; key: string }>()

function tlsFor(name: string, changes: Partial<Tls> = {}): Tls {
  const pair = pairs.get(name) ?? authority.issue(name)
  pairs.set(name, pair)
  return {
    certificate: pair.certificate,
    key: new Secret(pair.key),
    clientAuthorities: undefined,
    minVersion: 'TLSv1.2',
    ...changes,
  }
}

function named(hostname: string | undefined, changes: Partial<Tls> = {}): Listener {
  const name = hostname ?? 'any.example'
  return listener({ name, hostname, tls: tlsFor(name, changes) })
}

const servers: EdgeServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close(0)))
})
afterAll(() => pairs.clear())

async function serve(
  listeners: Listener[],
  limits: Partial<ServerLimits> = {},
): Promise<{ server: EdgeServer; port: number; bind: Bind }> {
  const on = bind({ listeners })
  const server = createServer(
    on,
    (req, res) => {
      res.end(`hello ${req.url}`)
    },
    limits,
  )
  servers.push(server)
  return { server, bind: on, ...(await server.listen()) }
}

type Client = { socket: TLSSocket; wire: Wire; name: string | undefined }

async function dial(port: number, options: ConnectionOptions): Promise<Client> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca: authority.certificate,
    checkServerIdentity: () => undefined,
    ...options,
  })
  await once(socket, 'secureConnect')
  const wire = wireOf(socket)
  return { socket, wire, name: socket.getPeerCertificate().subjectaltname?.replace('DNS:', '') }
}

function ask(client: Client, host: string, path = '/'): void {
  client.wire.send(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
}

describe('the certificate of the name that the client asked for [CFG-10]', () => {
  const listeners = [named('a.example'), named('*.b.example'), named(undefined)]
  test.each([
    ['a.example', 'a.example'],
    ['A.Example', 'a.example'],
    ['x.b.example', '*.b.example'],
    ['other.example', 'any.example'],
    [undefined, 'any.example'],
  ])('%s → %s', async (servername, expected) => {
    const { port } = await serve(listeners)
    const client = await dial(port, servername === undefined ? {} : { servername })
    expect(client.name).toBe(expected)
    client.socket.destroy()
  })

  test('a name of no listener ends the handshake', async () => {
    const { port } = await serve([named('a.example')])
    await expect(dial(port, { servername: 'b.example' })).rejects.toThrow()
  })
})

describe('reload', () => {
  test('new connections get the new certificate, old ones go on [RELOAD-7]', async () => {
    const { server, port, bind: on } = await serve([named('a.example'), named(undefined)])
    const old = await dial(port, { servername: 'a.example' })
    ask(old, 'a.example', '/1')
    await old.wire.until('hello /1')

    const listeners = [
      named('a.example', tlsFor('fresh-a.example')),
      named(undefined, tlsFor('fresh.example')),
    ]
    expect(server.update({ ...on, listeners })).toBe(true)

    ask(old, 'a.example', '/2')
    await old.wire.until('hello /2')
    const [fresh, nameless] = [await dial(port, { servername: 'a.example' }), await dial(port, {})]
    expect([fresh.name, nameless.name]).toEqual(['fresh-a.example', 'fresh.example'])
    for (const { socket } of [old, fresh, nameless]) socket.destroy()
  })

  test('a certificate that cannot be used leaves the old one in place', async () => {
    const { server, port, bind: on } = await serve([named('a.example')])
    const broken = named('a.example', { certificate: 'no PEM' })
    expect(() => server.update({ ...on, listeners: [broken] })).toThrow(
      /listener a\.example: certificate or key/,
    )
    const client = await dial(port, { servername: 'a.example' })
    expect(client.name).toBe('a.example')
    client.socket.destroy()
  })

  test.each<[string, (on: Bind) => Bind]>([
    ['another port', on => ({ ...on, port: 1 })],
    ['another address', on => ({ ...on, address: '::1' })],
    ['no TLS any more', on => ({ ...on, listeners: [listener()] })],
    [
      'client certificates',
      on => ({
        ...on,
        listeners: [named('a.example', { clientAuthorities: clients.certificate })],
      }),
    ],
  ])('%s needs a new server', async (_name, change) => {
    const { server, bind: on } = await serve([named('a.example')])
    expect(server.update(change(on))).toBe(false)
  })
})

describe('client certificates', () => {
  const listeners = [
    named('open.example'),
    named('guarded.example', { clientAuthorities: clients.certificate }),
  ]
  const own = clients.issue('client')
  const foreign = createAuthority('strangers').issue('client')

  test('of the right authority get in', async () => {
    const { port } = await serve(listeners)
    const client = await dial(port, {
      servername: 'guarded.example',
      cert: own.certificate,
      key: own.key,
    })
    ask(client, 'guarded.example')
    await client.wire.until('hello')
    client.socket.destroy()
  })

  test.each([
    ['none', {}],
    ['one of another authority', { cert: foreign.certificate, key: foreign.key }],
  ])('%s: the connection is closed', async (_name, credentials) => {
    const { port } = await serve(listeners)
    const refused = dial(port, { servername: 'guarded.example', ...credentials }).then(
      async client => {
        ask(client, 'guarded.example')
        return client.wire.closed()
      },
    )
    expect(await refused.catch(() => '')).toBe('')
  })

  test.each<['TLSv1.2' | 'TLSv1.3']>([['TLSv1.2'], ['TLSv1.3']])(
    'cannot be got around by resuming a session of another listener: %s',
    async maxVersion => {
      const { port } = await serve(listeners)
      const client = await dial(port, { servername: 'open.example', maxVersion })
      const sessions: Buffer[] = []
      client.socket.on('session', session => sessions.push(session))
      ask(client, 'open.example')
      await client.wire.until('hello')
      client.socket.destroy()
      sessions.push(client.socket.getSession() ?? Buffer.alloc(0))
      const answers: string[] = []
      for (const session of sessions.filter(({ length }) => length > 0)) {
        const options = { servername: 'guarded.example', maxVersion, session }
        const again = await dial(port, options).catch(() => undefined)
        if (again === undefined) continue
        ask(again, 'guarded.example')
        answers.push(await again.wire.closed())
      }
      expect(answers.join('')).toBe('')
    },
  )

  test('cannot be got around by asking one name for the handshake and another by Host', async () => {
    const { port } = await serve(listeners)
    const client = await dial(port, { servername: 'open.example' })
    ask(client, 'open.example')
    await client.wire.until('hello')
    ask(client, 'guarded.example')
    expect(await client.wire.closed()).toMatch(/HTTP\/1\.1 421 /)
  })

  test.each(['Guarded.Example', 'guarded.example.', 'guarded.example:443'])(
    'nor by spelling Host %s',
    async host => {
      const { port } = await serve(listeners)
      const client = await dial(port, { servername: 'open.example' })
      ask(client, host)
      expect(await client.wire.closed()).toMatch(/HTTP\/1\.1 421 /)
    },
  )
})

test('the lowest TLS version is that of the listener', async () => {
  const { port } = await serve([
    named('new.example', { minVersion: 'TLSv1.3' }),
    named('old.example'),
  ])
  const client = await dial(port, { servername: 'old.example', maxVersion: 'TLSv1.2' })
  expect(client.socket.getProtocol()).toBe('TLSv1.2')
  client.socket.destroy()
  // A resumed TLS 1.2 session says no name, so it could not be told whose it is.
  const session = client.socket.getSession()
  const again = await dial(port, {
    servername: 'old.example',
    maxVersion: 'TLSv1.2',
    ...(session !== undefined && { session }),
  })
  ask(again, 'old.example')
  await again.wire.until('hello')
  again.socket.destroy()
  const refused = dial(port, { servername: 'new.example', maxVersion: 'TLSv1.2' }).then(
    async modern => {
      ask(modern, 'new.example')
      return modern.wire.closed()
    },
  )
  expect(await refused.catch(() => '')).toBe('')
})

test('a handshake that is garbage does no harm', async () => {
  const { port } = await serve([named(undefined)])
  const garbage = await openWire(port)
  garbage.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  await garbage.closed()
  const client = await dial(port, {})
  ask(client, 'any.example')
  await client.wire.until('hello')
  client.socket.destroy()
})

test('a handshake that never comes is given up', async () => {
  const { port } = await serve([named(undefined)], { headersTimeoutMs: 100 })
  const silent = await openWire(port)
  expect(await silent.closed()).toBe('')
})
