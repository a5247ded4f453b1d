import { createHash, randomBytes } from 'node:crypto'
import { createServer as createBackend, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { proxyTo } from './proxying.ts'
import { eventually, listenRaw, openWire } from './wire.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function digest(): { update: (chunk: Buffer) => void; value: () => string } {
  const hash = createHash('sha256')
  return {
    update: chunk => {
      hash.update(chunk)
    },
    value: () => hash.digest('hex'),
  }
}

/** Answers with what it got. */
async function echo(): Promise<number> {
  const server = createBackend((req, res) => {
    if (req.headers['content-length'] !== undefined) {
      res.setHeader('content-length', req.headers['content-length'])
    }
    req.pipe(res)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test.each([
  ['in chunks', false],
  ['with a known length', true],
])('32 MB go up and down %s, unchanged [EDGE-16]', async (_name, known) => {
  const gateway = await proxyTo([await echo()])
  cleanups.push(gateway.close)
  const block = randomBytes(65_536)
  const blocks = 512
  const sent = digest()
  const got = digest()

  const req = request({
    port: gateway.port,
    host: '127.0.0.1',
    method: 'PUT',
    headers: known ? { 'content-length': block.length * blocks } : {},
  })
  const done = new Promise<void>((resolve, reject) => {
    req.on('error', reject)
    req.on('response', res => {
      expect(res.headers['content-length']).toBe(known ? String(block.length * blocks) : undefined)
      res.on('data', got.update).on('end', resolve).on('error', reject)
    })
  })
  for (let i = 0; i < blocks; i += 1) {
    block.writeUInt32BE(i)
    const chunk = Buffer.from(block)
    sent.update(chunk)
    if (!req.write(chunk)) await new Promise(resolve => req.once('drain', resolve))
  }
  req.end()
  await done
  expect(got.value()).toBe(sent.value())
  expect(gateway.failures).toEqual([])
})

test('a client that does not read stops the backend from sending', async () => {
  let sent = 0
  const backend = await listenRaw(wire => {
    wire.eachHead(() => {
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n')
      const chunk = Buffer.alloc(65_536)
      const pump = (): void => {
        while (!wire.socket.destroyed) {
          sent += chunk.length
          if (!wire.socket.write(chunk)) {
            wire.socket.once('drain', pump)
            return
          }
        }
      }
      pump()
    })
  })
  cleanups.push(backend.close)
  const gateway = await proxyTo([backend.port])
  cleanups.push(gateway.close)
  const wire = await openWire(gateway.port)
  wire.socket.pause()
  wire.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  await eventually(() => sent > 0)
  await settled(() => sent)
  // What the kernel holds for four sockets, far from the gigabyte that was offered.
  expect(sent).toBeLessThan(64_000_000)
  wire.socket.destroy()
})

test('a backend that does not read stops the client from sending', async () => {
  const backend = await listenRaw(wire => wire.socket.pause())
  cleanups.push(backend.close)
  const gateway = await proxyTo([backend.port])
  cleanups.push(gateway.close)
  const wire = await openWire(gateway.port)
  wire.send('PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n')
  let sent = 0
  const chunk = Buffer.alloc(65_536)
  const pump = (): void => {
    while (!wire.socket.destroyed) {
      sent += chunk.length
      if (!wire.socket.write(chunk)) {
        wire.socket.once('drain', pump)
        return
      }
    }
  }
  pump()
  await settled(() => sent)
  expect(sent).toBeLessThan(64_000_000)
  wire.socket.destroy()
})

/** Resolves when a number has not changed for a while. */
async function settled(read: () => number): Promise<void> {
  for (let last = -1; last !== read(); ) {
    last = read()
    await new Promise(resolve => setTimeout(resolve, 250))
  }
}
