import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { acceptBody, readBody } from '../../src/http/body.ts'
import { createServer, type EdgeServer } from '../../src/http/server.ts'
import { requestTarget } from '../../src/http/target.ts'
import { bind } from './snapshots.ts'
import { listenRaw, openWire } from './wire.ts'

const servers: EdgeServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close(0)))
})

async function serve(handler: RequestListener): Promise<{ server: EdgeServer; port: number }> {
  const server = createServer(bind(), handler)
  servers.push(server)
  return { server, ...(await server.listen()) }
}

const get = 'GET / HTTP/1.1\r\nHost: gw.example\r\n'

describe('what the server answers itself', () => {
  const never: RequestListener = (_req, res) => {
    res.end('handler')
  }

  test('WebSocket: 501 with a sentence [EDGE-14]', async () => {
    const wire = await openWire((await serve(never)).port)
    wire.send(`${get}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n`)
    expect(await wire.closed()).toMatch(
      /^HTTP\/1\.1 501 [\s\S]*connection: close[\s\S]*WebSocket is not supported/i,
    )
  })

  test('an offer of h2c is ignored, as Java makes one with its first request', async () => {
    const wire = await openWire((await serve(never)).port)
    wire.send(
      `${get}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n\r\n`,
    )
    expect(await wire.until('handler')).toMatch(/^HTTP\/1\.1 200 /)
    wire.socket.destroy()
  })

  test.each([
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n'],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: gw.example\r\n\r\n'],
  ])('%s: 405', async (_name, message) => {
    const wire = await openWire((await serve(never)).port)
    wire.send(message)
    expect(await wire.closed()).toMatch(/^HTTP\/1\.1 405 /)
  })

  test('an expectation other than 100-continue: 417', async () => {
    const wire = await openWire((await serve(never)).port)
    wire.send(`${get}Expect: miracles\r\n\r\n`)
    expect(await wire.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 417 /)
    wire.socket.destroy()
  })
})

test('absolute and asterisk targets reach the handler', async () => {
  const { port } = await serve((req, res) => {
    res.end(JSON.stringify(requestTarget(req)))
  })
  const wire = await openWire(port)
  wire.send('GET http://gw.example/mcp?a HTTP/1.1\r\nHost: gw.example\r\n\r\n')
  await wire.until('"path":"/mcp","query":"a"')
  wire.send('OPTIONS * HTTP/1.1\r\nHost: gw.example\r\n\r\n')
  await wire.until('"path":"*"')
  wire.socket.destroy()
})

test('HTTP/1.0 is answered and closed', async () => {
  const { port } = await serve((_req, res) => {
    res.write('body')
    res.end()
  })
  const wire = await openWire(port)
  wire.send('GET / HTTP/1.0\r\n\r\n')
  const answer = await wire.closed()
  expect(answer).toMatch(/body$/)
  expect(answer).not.toMatch(/transfer-encoding/i)
})

describe('Expect: 100-continue', () => {
  const ask = `POST / HTTP/1.1\r\nHost: gw.example\r\nContent-Length: 2\r\nExpect: 100-continue\r\n`

  test('is answered when the handler wants the body, and the connection stays', async () => {
    const { port } = await serve((req, res) => {
      void readBody(req, res, 100, 1000).then(body => res.end(`got ${String(body)}`))
    })
    const wire = await openWire(port)
    wire.send(`${ask}\r\n`)
    await wire.until('HTTP/1.1 100 Continue\r\n\r\n')
    wire.send('hi')
    await wire.until('got hi')
    wire.send(`${get}\r\n`)
    await wire.until(/got hi[\s\S]*got /)
    wire.socket.destroy()
  })

  test('is not answered when the request is refused, and the connection closes', async () => {
    const { port } = await serve((_req, res) => {
      res.writeHead(401).end('no')
    })
    const wire = await openWire(port)
    wire.send(`${ask}\r\n`)
    expect(await wire.closed()).toMatch(/^HTTP\/1\.1 401 [\s\S]*connection: close/i)
  })

  test('a client that asked to close stays asked', async () => {
    const { port } = await serve((req, res) => {
      acceptBody(req, res)
      req.resume().on('end', () => res.end('done'))
    })
    const wire = await openWire(port)
    wire.send(`${ask}Connection: close\r\n\r\nhi`)
    expect(await wire.closed()).toMatch(/connection: close[\s\S]*done/i)
  })
})

test('a port in use is one clear sentence', async () => {
  const taken = await listenRaw(() => undefined)
  const server = createServer(bind({ port: taken.port }), () => undefined)
  await expect(server.listen()).rejects.toThrow(
    `cannot listen: 127.0.0.1 port ${taken.port} is in use by another program`,
  )
  await taken.close()
})

test('an address of another machine is one clear sentence', async () => {
  const server = createServer(bind({ address: '192.0.2.1' }), () => undefined)
  await expect(server.listen()).rejects.toThrow('is no address of this machine')
})

describe('drain', () => {
  test('running requests end, idle connections close, new ones are not accepted [CLI-8]', async () => {
    let finish: (() => void) | undefined
    const { server, port } = await serve((req, res) => {
      if (req.url === '/slow') finish = () => res.end('slow done')
      else res.end('quick')
    })
    const idle = await openWire(port)
    idle.send(`${get}\r\n`)
    await idle.until('quick')
    const busy = await openWire(port)
    busy.send('GET /slow HTTP/1.1\r\nHost: gw.example\r\n\r\n')
    while (finish === undefined) await new Promise(resolve => setImmediate(resolve))

    const closed = server.close(10_000)
    await idle.closed()
    await expect(openWire(port)).rejects.toThrow()
    finish()
    expect(await busy.closed()).toMatch(/connection: close[\s\S]*slow done/i)
    await closed
  })

  test('what still runs at the deadline is broken', async () => {
    const { server, port } = await serve((_req, res) => {
      res.writeHead(200)
      res.write('stream')
    })
    const wire = await openWire(port)
    wire.send(`${get}\r\n`)
    await wire.until('stream')
    await server.close(100)
    expect(wire.socket.destroyed || (await once(wire.socket, 'close'))).toBeTruthy()
  })
})
