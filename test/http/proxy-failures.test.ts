import { afterEach, describe, expect, test } from 'vitest'
import { type Proxying, type ProxyingOptions, proxyTo } from './proxying.ts'
import { httpHost } from './snapshots.ts'
import { eventually, listenRaw, openWire, type Wire } from './wire.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function backend(serve: (wire: Wire) => void) {
  const raw = await listenRaw(serve)
  cleanups.push(raw.close)
  return raw
}

async function proxy(port: number, options?: ProxyingOptions): Promise<Proxying> {
  const proxying = await proxyTo([port], options)
  cleanups.push(proxying.close)
  return proxying
}

const get = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const post = 'POST / HTTP/1.1\r\nHost: h\r\n'

async function freePort(): Promise<number> {
  const raw = await listenRaw(() => undefined)
  await raw.close()
  return raw.port
}

describe('before the answer began', () => {
  test('nobody listens: 502, also for the next request on the connection', async () => {
    const gateway = await proxy(await freePort())
    const wire = await openWire(gateway.port)
    wire.send(get)
    await wire.until('HTTP/1.1 502')
    wire.send(get)
    await wire.until(/502[\s\S]*502/)
    expect(gateway.failures[0]).toMatchObject({
      kind: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
    wire.socket.destroy()
  })

  test.each([
    ['closes without an answer', '', 'unreachable'],
    ['speaks another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'invalid_response'],
    [
      'sends two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      'invalid_response',
    ],
    [
      'sends both lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'invalid_response',
    ],
    [
      'switches protocols unasked',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      'unreachable',
    ],
    [
      'sends headers without end',
      `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n`,
      'invalid_response',
    ],
  ])('the backend %s: 502', async (_name, answer, kind) => {
    const { port } = await backend(wire => {
      wire.eachHead(() => wire.socket.end(answer, 'latin1'))
    })
    const gateway = await proxy(port)
    const wire = await openWire(gateway.port)
    wire.send(get)
    await wire.until('HTTP/1.1 502')
    expect(gateway.failures.map(failure => failure.kind)).toEqual([kind])
    wire.socket.destroy()
  })

  test('no answer in time: 504, and the backend is let go', async () => {
    let upstream: Wire | undefined
    const { port } = await backend(wire => {
      upstream = wire
    })
    const gateway = await proxy(port, { route: { timeoutMs: 150 } })
    const wire = await openWire(gateway.port)
    wire.send(get)
    await wire.until('HTTP/1.1 504')
    await upstream!.closed()
    wire.socket.destroy()
  })

  test('every connection in use: 503 at once, until one is free again', async () => {
    let answering = false
    const { port, connections } = await backend(wire => {
      wire.eachHead(() => {
        if (answering) wire.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    const gateway = await proxy(port, { upstream: { connections: { calls: 2, streams: 2 } } })
    const held = [await openWire(gateway.port), await openWire(gateway.port)]
    for (const wire of held) wire.send(get)
    await eventually(() => connections.size === 2)
    const third = await openWire(gateway.port)
    third.send(get)
    await third.until('HTTP/1.1 503')

    answering = true
    for (const wire of held) wire.socket.destroy()
    for (let tries = 2; !third.received().includes('200 OK'); tries += 1) {
      third.send(get)
      await third.until(new RegExp(`(HTTP/1.1 [\\s\\S]*?){${tries}}`))
    }
    third.socket.destroy()
  })

  test('no backend with a weight: 503', async () => {
    const gateway = await proxy(1, {
      backend: { hosts: [httpHost('http://127.0.0.1:1', { weight: 0 })] },
    })
    const wire = await openWire(gateway.port)
    wire.send(get)
    await wire.until('HTTP/1.1 503')
    wire.socket.destroy()
  })

  test('the upload of a request that fails does not cost the client its answer', async () => {
    const gateway = await proxy(await freePort())
    const wire = await openWire(gateway.port)
    wire.send(`${post}Content-Length: 300000\r\n\r\n${'x'.repeat(100_000)}`)
    await wire.until('HTTP/1.1 502')
    wire.send('x'.repeat(200_000))
    wire.send(get)
    await wire.until(/502[\s\S]*502/)
    wire.socket.destroy()
  })

  test('an answer that comes before the upload ends is passed on', async () => {
    const { port } = await backend(wire => {
      wire.eachHead(() =>
        wire.send('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno'),
      )
    })
    const gateway = await proxy(port)
    const wire = await openWire(gateway.port)
    wire.send(`${post}Content-Length: 300000\r\n\r\n${'x'.repeat(1000)}`)
    expect(await wire.until('\r\n\r\nno')).toContain('HTTP/1.1 413')
    wire.socket.destroy()
  })
})

describe('after the answer began', () => {
  test('a backend that breaks off breaks the connection to the client', async () => {
    const { port } = await backend(wire => {
      wire.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n')
      wire.eachHead(() => setTimeout(() => wire.socket.destroy(), 50))
    })
    const gateway = await proxy(port)
    const wire = await openWire(gateway.port)
    wire.send(get)
    const answer = await wire.closed()
    expect(answer).toContain('ok')
    expect(answer).not.toMatch(/0\r\n\r\n$/)
    expect(gateway.failures.map(failure => failure.kind)).toEqual(['unreachable'])
    expect(gateway.ended()).toBe(0)
  })

  test('an answer that is no stream has to end in time', async () => {
    const { port } = await backend(wire => {
      wire.eachHead(() => wire.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'))
    })
    const gateway = await proxy(port, { route: { timeoutMs: 200 } })
    const wire = await openWire(gateway.port)
    wire.send(get)
    expect(await wire.closed()).toMatch(/half$/)
    expect(gateway.failures.map(failure => failure.kind)).toEqual(['timeout'])
  })
})

describe('when the client goes away [EDGE-11]', () => {
  test.each([
    ['before the answer', undefined],
    ['during the answer', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n'],
  ])('%s, the backend is let go', async (_name, answer) => {
    let upstream: Wire | undefined
    const { port } = await backend(wire => {
      wire.eachHead(() => {
        upstream = wire
        if (answer !== undefined) wire.send(answer)
      })
    })
    const gateway = await proxy(port)
    const wire = await openWire(gateway.port)
    wire.send(get)
    if (answer !== undefined) await wire.until('ok')
    await eventually(() => upstream !== undefined)
    wire.socket.destroy()
    await upstream!.closed()
    await eventually(() => gateway.failures.length > 0)
    expect(gateway.failures.map(failure => failure.kind)).toEqual(['client_gone'])
  })

  test('during its upload, the backend does not take half a body for a whole one', async () => {
    let upstream: Wire | undefined
    const { port } = await backend(wire => {
      upstream = wire
    })
    const gateway = await proxy(port)
    const wire = await openWire(gateway.port)
    wire.send(`${post}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`)
    await eventually(() => upstream?.received().includes('half') === true)
    wire.socket.destroy()
    expect(await upstream!.closed()).not.toMatch(/0\r\n\r\n$/)
  })

  test('half-closed, it counts as gone, because nothing else tells that a client has left', async () => {
    let upstream: Wire | undefined
    const { port } = await backend(wire => {
      upstream = wire
    })
    const gateway = await proxy(port)
    const wire = await openWire(gateway.port)
    wire.send(get)
    await eventually(() => upstream !== undefined)
    wire.socket.end()
    await upstream!.closed()
    expect(gateway.failures.map(failure => failure.kind)).toEqual(['client_gone'])
  })
})
