import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { type RelayHooks, ResponseRelay, type UpstreamFailure } from '../../src/http/relay.ts'
import { createServer } from '../../src/http/server.ts'
import { createUpstreams } from '../../src/http/upstream.ts'
import { bind } from './snapshots.ts'
import { eventually, listenRaw, openWire, type Wire } from './wire.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const head = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nTransfer-Encoding: chunked\r\n'
const answer = `${head}\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n`

async function relayed(
  hooks: Partial<RelayHooks>,
  before: (res: ServerResponse) => Promise<void> = async () => undefined,
  send: (wire: Wire) => void = wire => wire.send(answer),
) {
  const failures: UpstreamFailure[] = []
  const backend = await listenRaw(wire => wire.eachHead(() => send(wire)))
  const upstreams = createUpstreams()
  const server = createServer(bind(), (_req, res) => {
    void before(res).then(() => {
      upstreams.dispatch(
        `http://127.0.0.1:${backend.port}`,
        { path: '/', method: 'GET' },
        new ResponseRelay(res, {
          headersFor: () => [],
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
    headersFor: (status, headers) => {
      seen.push(status, headers['x-a'])
      return ['x-b', 'ours']
    },
    onChunk: chunk => seen.push(String(chunk)),
    onEnd: () => seen.push('end'),
  })
  expect(await wire.until('two\r\n0\r\n\r\n')).toContain('x-b: ours\r\n')
  expect(seen).toEqual([200, ['1', '2'], 'one', 'two', 'end'])
  wire.socket.destroy()
})

test('a hook that throws is a failure, not a crash', async () => {
  const { wire, failures } = await relayed({
    headersFor: () => {
      throw new Error('cannot be changed')
    },
  })
  await wire.until('failed')
  expect(failures).toMatchObject([{ detail: 'cannot be changed' }])
  wire.socket.destroy()
})

test('headers that no client may get are a failure, not a crash', async () => {
  const { wire, failures } = await relayed({ headersFor: () => ['x', 'a\r\nevil: 1'] })
  await wire.until('failed')
  expect(failures).toMatchObject([{ kind: 'invalid_response' }])
  wire.socket.destroy()
})

test('a tap that throws before anything was sent is a failure like any other', async () => {
  const { wire, failures } = await relayed({
    onChunk: () => {
      throw new Error('cannot be read')
    },
  })
  expect(await wire.until('failed')).not.toContain('one')
  expect(failures).toMatchObject([{ detail: 'cannot be read' }])
  wire.socket.destroy()
})

test('a tap that throws later breaks the connection to the client', async () => {
  let throws = false
  const { wire, failures } = await relayed(
    {
      onChunk: () => {
        if (throws) throw new Error('cannot be read')
      },
    },
    undefined,
    backend => {
      backend.send(`${head}\r\n3\r\none\r\n`)
      void wire.until('one').then(() => {
        throws = true
        backend.send('3\r\ntwo\r\n0\r\n\r\n')
      })
    },
  )
  await expect(wire.closed()).resolves.not.toContain('two')
  expect(failures).toMatchObject([{ detail: 'cannot be read' }])
})

test('an answer of unknown length that came in one piece goes on with its length', async () => {
  const { wire } = await relayed({}, undefined, backend =>
    backend.send(`${head}\r\n3\r\none\r\n0\r\n\r\n`),
  )
  const received = await wire.until(/one$/)
  expect(received).toMatch(/\r\ncontent-length: 3\r\n/i)
  expect(received).not.toMatch(/transfer-encoding/i)
  wire.socket.destroy()
})

test('trailers of an answer in one piece are kept', async () => {
  const { wire } = await relayed({}, undefined, backend =>
    backend.send(`${head}\r\n3\r\none\r\n0\r\nx-t: 1\r\n\r\n`),
  )
  await wire.until('3\r\none\r\n0\r\nx-t: 1\r\n\r\n')
  wire.socket.destroy()
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
