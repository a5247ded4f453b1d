import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { type RelayHooks, ResponseRelay, type UpstreamFailure } from '../../src/http/relay.ts'
import { createServer } from '../../src/http/server.ts'
import { createUpstreams } from '../../src/http/upstream.ts'
import { bind } from './snapshots.ts'
import { eventually, listenRaw, openWire } from './wire.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const answer =
  'HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n'

async function relayed(
  hooks: Partial<RelayHooks>,
  before: (res: ServerResponse) => Promise<void> = async () => undefined,
) {
  const failures: UpstreamFailure[] = []
  const backend = await listenRaw(wire => wire.eachHead(() => wire.send(answer)))
  const upstreams = createUpstreams()
  const server = createServer(bind(), (_req, res) => {
    void before(res).then(() => {
      upstreams.dispatch(
        `http://127.0.0.1:${backend.port}`,
        { path: '/', method: 'GET' },
        new ResponseRelay(res, {
          onHeaders: () => [],
          onFailure: failure => {
            failures.push(failure)
            if (!res.headersSent && !res.destroyed) res.writeHead(502).end('failed')
          },
          ...hooks,
        }),
      )
    })
  })
  cleanups.push(backend.close, () => upstreams.close())
  const { port } = await server.listen()
  cleanups.push(() => server.close(0))
  const wire = await openWire(port)
  wire.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  return { wire, failures }
}

test('the hooks see status, headers, every chunk and the end', async () => {
  const seen: unknown[] = []
  const { wire } = await relayed({
    onHeaders: (status, headers) => {
      seen.push(status, headers['x-a'])
      return ['x-b', 'ours']
    },
    onData: chunk => seen.push(String(chunk)),
    onEnd: () => seen.push('end'),
  })
  expect(await wire.until('two\r\n0\r\n\r\n')).toContain('x-b: ours\r\n')
  expect(seen).toEqual([200, ['1', '2'], 'one', 'two', 'end'])
  wire.socket.destroy()
})

test('a hook that throws is a failure, not a crash', async () => {
  const { wire, failures } = await relayed({
    onHeaders: () => {
      throw new Error('cannot be changed')
    },
  })
  await wire.until('failed')
  expect(failures).toMatchObject([{ detail: 'cannot be changed' }])
  wire.socket.destroy()
})

test('headers that no client may get are a failure, not a crash', async () => {
  const { wire, failures } = await relayed({ onHeaders: () => ['x', 'a\r\nevil: 1'] })
  await wire.until('failed')
  expect(failures).toMatchObject([{ kind: 'invalid_response' }])
  wire.socket.destroy()
})

test('a tap that throws breaks the connection to the client', async () => {
  const { wire, failures } = await relayed({
    onData: () => {
      throw new Error('cannot be read')
    },
  })
  await expect(wire.closed()).resolves.not.toContain('one')
  expect(failures).toMatchObject([{ detail: 'cannot be read' }])
})

test('a client that left before the relay began is noticed', async () => {
  const { wire, failures } = await relayed(
    {},
    res => new Promise(resolve => res.once('close', () => setTimeout(resolve, 10))),
  )
  wire.socket.destroy()
  await eventually(() => failures.length > 0)
  expect(failures.map(failure => failure.kind)).toEqual(['client_gone'])
})
