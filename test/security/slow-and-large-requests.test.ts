import { afterEach, describe, expect, test } from 'vitest'
import { createServer, type EdgeServer, type ServerLimits } from '../../src/http/server.ts'
import { bind } from '../http/snapshots.ts'
import { openWire, type Wire } from '../http/wire.ts'

let server: EdgeServer | undefined
afterEach(() => server?.close(0))

async function open(limits: Partial<ServerLimits>): Promise<Wire> {
  server = createServer(
    bind(),
    (req, res) => {
      req.on('data', () => undefined)
      req.on('end', () => res.end('ok'))
      req.on('error', () => undefined)
    },
    limits,
  )
  return openWire((await server.listen()).port)
}

const start = 'POST / HTTP/1.1\r\nHost: gw.example\r\n'

describe('slowloris [EDGE-8]', () => {
  test('headers that never end are cut off with 408', async () => {
    const wire = await open({ headersTimeoutMs: 200, requestTimeoutMs: 200 })
    wire.send(start)
    const dripping = setInterval(() => wire.send('X: 1\r\n'), 50)
    expect(await wire.closed()).toMatch(/^HTTP\/1\.1 408 /)
    clearInterval(dripping)
  })

  test('so is a body that never ends', async () => {
    const wire = await open({ headersTimeoutMs: 100, requestTimeoutMs: 300 })
    wire.send(`${start}Content-Length: 1000\r\n\r\n`)
    const dripping = setInterval(() => wire.send('x'), 50)
    expect(await wire.closed()).toMatch(/^HTTP\/1\.1 408 /)
    clearInterval(dripping)
  })

  test('a connection that says nothing is closed', async () => {
    const wire = await open({ headersTimeoutMs: 200, requestTimeoutMs: 200 })
    expect(await wire.closed()).toMatch(/^(HTTP\/1\.1 408 |$)/)
  })

  test('an answer may take longer than a request', async () => {
    server = createServer(
      bind(),
      (_req, res) => {
        res.writeHead(200)
        res.write('begin')
        setTimeout(() => res.end('finis'), 700)
      },
      { headersTimeoutMs: 100, requestTimeoutMs: 100 },
    )
    const wire = await openWire((await server.listen()).port)
    wire.send('GET / HTTP/1.1\r\nHost: gw.example\r\n\r\n')
    expect(await wire.until('finis')).toContain('begin')
    wire.socket.destroy()
  })
})

describe('large headers', () => {
  test('a token of 20 kB gets through', async () => {
    const wire = await open({})
    wire.send(`${start}Authorization: Bearer ${'x'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`)
    expect(await wire.until('ok')).toMatch(/^HTTP\/1\.1 200 /)
    wire.socket.destroy()
  })

  test.each([
    ['too many bytes', { headerBytes: 16_384 }, `X: ${'x'.repeat(20_000)}\r\n`],
    ['too many bytes in the request line', { headerBytes: 16_384 }, ''],
    ['too many headers', { headerCount: 50 }, 'X: 1\r\n'.repeat(50)],
    ['far too many headers', { headerCount: 50 }, 'X: 1\r\n'.repeat(3000)],
  ])('%s: 431', async (name, limits, headers) => {
    const wire = await open(limits)
    const path = name.includes('request line') ? `/${'x'.repeat(20_000)}` : '/'
    wire.send(`GET ${path} HTTP/1.1\r\nHost: gw.example\r\n${headers}\r\n`)
    expect(await wire.closed()).toMatch(/^HTTP\/1\.1 431 [\s\S]*connection: close/i)
  })

  test('as many as allowed get through', async () => {
    const wire = await open({ headerCount: 50 })
    wire.send(`GET / HTTP/1.1\r\nHost: gw.example\r\n${'X: 1\r\n'.repeat(49)}\r\n`)
    expect(await wire.until('ok')).toMatch(/^HTTP\/1\.1 200 /)
    wire.socket.destroy()
  })
})

describe('pipelining', () => {
  const next = 'GET / HTTP/1.1\r\nHost: gw.example\r\n\r\n'

  test('a few requests are answered in their order', async () => {
    let count = 0
    server = createServer(bind(), (_req, res) => {
      const number = ++count
      setTimeout(() => res.end(`answer ${number}`), 30 - number * 10)
    })
    const wire = await openWire((await server.listen()).port)
    wire.send(next.repeat(3))
    expect(await wire.until('answer 3')).toMatch(/answer 1[\s\S]*answer 2[\s\S]*answer 3/)
    wire.socket.destroy()
  })

  test('a flood that waits for one slow answer loses its connection', async () => {
    let count = 0
    server = createServer(
      bind(),
      () => {
        count += 1
      },
      { pipelined: 10 },
    )
    const wire = await openWire((await server.listen()).port)
    wire.send(next.repeat(500))
    expect(await wire.closed()).toBe('')
    expect(count).toBe(11)
  })
})
