import { afterEach, describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import type { Authentication, TokenLocation } from '../../src/config/snapshot.ts'
import { type Proxying, type ProxyingOptions, proxyTo } from './proxying.ts'
import { httpHost } from './snapshots.ts'
import { listenRaw, openWire, type Wire } from './wire.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A backend that answers each request with `answer` as soon as its headers are there. */
async function backend(answer: string | ((wire: Wire) => void)) {
  const requests: string[] = []
  const raw = await listenRaw(wire => {
    wire.eachHead(head => {
      requests.push(head)
      if (typeof answer === 'string') wire.send(answer)
      else answer(wire)
    })
  })
  cleanups.push(raw.close)
  return { ...raw, requests }
}

async function proxy(ports: number[], options?: ProxyingOptions): Promise<Proxying> {
  const proxying = await proxyTo(ports, options)
  cleanups.push(proxying.close)
  return proxying
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const get = 'GET /a/../b?q=1 HTTP/1.1\r\nHost: gw.example:81\r\n'

async function roundTrip(
  port: number,
  message: string,
  marker: string | RegExp = /\r\n\r\n[\s\S]+/,
): Promise<string> {
  const wire = await openWire(port)
  wire.send(message)
  const answer = await wire.until(marker)
  wire.socket.destroy()
  return answer
}

function authentication(location: TokenLocation): Authentication {
  return {
    mode: 'strict',
    issuers: [],
    location,
    requiredClaims: [],
    resource: undefined,
    scopes: undefined,
    challengeScopes: [],
    metadata: {},
    relay: undefined,
  }
}

describe('what the backend sees', () => {
  test('the normal path, the query, its own Host, and who the client is', async () => {
    const { port, requests } = await backend(ok)
    const gateway = await proxy([port])
    await roundTrip(
      gateway.port,
      `${get}X-Forwarded-For: 6.6.6.6\r\nX-A: 1\r\nConnection: close\r\n\r\n`,
      'ok',
    )
    const head = requests[0]!.toLowerCase()
    expect(head).toMatch(/^get \/b\?q=1 http\/1\.1\r\n/)
    expect(head).toContain(`\r\nhost: 127.0.0.1:${port}\r\n`)
    expect(head).toContain('\r\nx-a: 1\r\n')
    expect(head).toContain('\r\nx-forwarded-for: 127.0.0.1\r\n')
    expect(head).toContain('\r\nx-forwarded-proto: http\r\n')
    expect(head).toContain('\r\nx-forwarded-host: gw.example:81\r\n')
    expect(head).not.toContain('6.6.6.6')
    expect(head).not.toContain('content-length')
  })

  test('bytes of header values beyond ASCII, unchanged in both directions', async () => {
    const { port, requests } = await backend(
      'HTTP/1.1 200 OK\r\nX-B: \xe9\xff\r\nContent-Length: 2\r\n\r\nok',
    )
    const gateway = await proxy([port])
    expect(await roundTrip(gateway.port, `${get}X-A: \xe4\xfc\r\n\r\n`, 'ok')).toContain(
      'x-b: \xe9\xff\r\n',
    )
    expect(requests[0]).toContain('X-A: \xe4\xfc\r\n')
  })
})

describe('credentials', () => {
  const bearer = `${get}Authorization: Bearer client\r\n\r\n`
  const header: TokenLocation = { kind: 'header', name: 'Authorization', prefix: 'Bearer ' }
  const key = { kind: 'key', header: 'X-Key', prefix: 'k-', key: new Secret('secret') } as const

  test.each<[string, ProxyingOptions, string | undefined]>([
    ['go on where nothing here reads them', {}, 'Bearer client'],
    [
      'stop where the route checks them',
      { route: { authentication: authentication(header) } },
      undefined,
    ],
    ['stop where there is more than one backend', { backend: { hosts: [] } }, undefined],
    ['stop where the backend has its own', { host: { auth: key } }, undefined],
    [
      'go on, as checked, with passthrough',
      {
        route: { authentication: authentication(header) },
        host: { auth: { kind: 'passthrough' } },
        token: new Secret('checked'),
      },
      'Bearer checked',
    ],
    [
      'do not appear for an anonymous caller',
      {
        route: { authentication: authentication(header) },
        host: { auth: { kind: 'passthrough' } },
      },
      undefined,
    ],
  ])('of the client %s', async (_name, options, expected) => {
    const { port, requests } = await backend(ok)
    const hosts = [1, 2].map(() => httpHost(`http://127.0.0.1:${port}`))
    const gateway = await proxy(
      [port],
      options.backend?.hosts === undefined ? options : { backend: { hosts } },
    )
    await roundTrip(gateway.port, bearer, 'ok')
    expect(/authorization: (.*)\r\n/i.exec(requests[0]!)?.[1]).toBe(expected)
  })

  test('of the gateway go into the header that the configuration names, once', async () => {
    const { port, requests } = await backend(ok)
    const gateway = await proxy([port], { host: { auth: key } })
    await roundTrip(gateway.port, `${get}x-key: forged\r\n\r\n`, 'ok')
    expect(requests[0]!.match(/x-key: .*/gi)).toEqual(['X-Key: k-secret'])
  })

  test.each<[string, TokenLocation, string]>([
    [
      'header',
      { kind: 'header', name: 'X-Token', prefix: '' },
      'GET /b?q=1 HTTP/1.1\r\nHost: h\r\nX-Token: hidden\r\n\r\n',
    ],
    [
      'query',
      { kind: 'query', name: 'access_token' },
      'GET /b?access_token=hidden&q=1&access%5Ftoken=hidden HTTP/1.1\r\nHost: h\r\n\r\n',
    ],
    [
      'cookie',
      { kind: 'cookie', name: 'tok' },
      'GET /b?q=1 HTTP/1.1\r\nHost: h\r\nCookie: a=1; tok=hidden\r\n\r\n',
    ],
  ])('that come by %s stop there', async (_name, location, message) => {
    const { port, requests } = await backend(ok)
    const gateway = await proxy([port], { route: { authentication: authentication(location) } })
    await roundTrip(gateway.port, message, 'ok')
    expect(requests[0]).toContain('GET /b?q=1 HTTP/1.1')
    expect(requests[0]).not.toContain('hidden')
  })
})

describe('answers', () => {
  test('status, headers, Location and repeated fields as they are; hop-by-hop fields not', async () => {
    const { port } = await backend(
      'HTTP/1.1 302 Found\r\nLocation: http://inner/x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nKeep-Alive: timeout=9\r\n' +
        'Connection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok',
    )
    const gateway = await proxy([port], { addHeaders: ['x-added', '1'] })
    const answer = await roundTrip(gateway.port, `${get}\r\n`, 'ok')
    expect(answer).toMatch(/^HTTP\/1\.1 302 Found\r\n/)
    expect(answer).toContain('location: http://inner/x\r\n')
    expect(answer).toContain('set-cookie: a=1\r\nset-cookie: b=2\r\n')
    expect(answer).toContain('x-added: 1\r\n')
    expect(answer).not.toMatch(/x-hop|timeout=9/i)
    expect(answer.match(/content-length/gi)).toHaveLength(1)
    expect(gateway.failures).toEqual([])
    expect(gateway.ended()).toBe(1)
  })

  test("the backend's own CORS headers give way to the policy of the route", async () => {
    const { port } = await backend(
      `HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok`,
    )
    const cors = {
      allowOrigins: ['https://a.example'],
      allowMethods: [],
      allowHeaders: [],
      exposeHeaders: [],
      allowCredentials: false,
      maxAgeSeconds: undefined,
    }
    const gateway = await proxy([port], {
      route: { cors },
      addHeaders: ['access-control-allow-origin', 'https://a.example'],
    })
    const answer = await roundTrip(gateway.port, `${get}\r\n`, 'ok')
    expect(answer.match(/access-control-allow-origin: .*/gi)).toEqual([
      'access-control-allow-origin: https://a.example',
    ])
  })

  test.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET'],
    ['304', 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 10\r\n\r\n', 'GET'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', 'HEAD'],
  ])('%s has no body, and the connection goes on', async (_name, answer, method) => {
    const { port } = await backend(answer)
    const gateway = await proxy([port])
    const wire = await openWire(gateway.port)
    for (let i = 1; i <= 2; i += 1) {
      wire.send(`${method} / HTTP/1.1\r\nHost: h\r\n\r\n`)
      await wire.until(new RegExp(`(HTTP/1.1 [\\s\\S]*?\\r\\n\\r\\n){${i}}$`))
    }
    wire.socket.destroy()
  })

  test('103 Early Hints go on, other informational answers do not', async () => {
    const { port } = await backend(
      `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x.css>; rel=preload\r\n\r\n${ok}`,
    )
    const gateway = await proxy([port])
    const answer = await roundTrip(gateway.port, `${get}\r\n`, 'ok')
    expect(answer).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/x\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200/i,
    )
    expect(answer).not.toContain('102')
  })

  test('trailers go on without those that frame or authorise', async () => {
    const { port } = await backend(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\nSet-Cookie: evil=1\r\n\r\n',
    )
    const gateway = await proxy([port])
    const answer = await roundTrip(gateway.port, `${get}\r\n`, /0\r\n[\s\S]*\r\n\r\n$/)
    expect(answer).toMatch(/\r\n0\r\nx-sum: 7\r\n\r\n$/i)
  })

  test('an event stream goes on chunk by chunk, its headers before its first event [EDGE-16]', async () => {
    let stream: Wire | undefined
    const { port } = await backend(wire => {
      stream = wire
      wire.send(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
      )
    })
    const gateway = await proxy([port], { route: { timeoutMs: 400 } })
    const client = await openWire(gateway.port)
    client.send(`${get}\r\n`)
    await client.until('text/event-stream')
    // Longer than the timeout, which an event stream only has for its headers.
    await new Promise(resolve => setTimeout(resolve, 600))
    stream!.send('a\r\ndata: 1\n\n\n\r\n')
    await client.until('data: 1')
    client.socket.destroy()
    await expect(stream!.closed()).resolves.toBeDefined()
  })

  test('a length that the body does not have breaks the connection to the client', async () => {
    const { port } = await backend(wire => {
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort')
      wire.socket.end()
    })
    const gateway = await proxy([port])
    const client = await openWire(gateway.port)
    client.send(`${get}\r\n`)
    expect(await client.closed()).toMatch(/short$/)
    expect(gateway.failures).toHaveLength(1)
  })

  test('weights decide between backends, and 0 gets nothing', async () => {
    const [a, b, c] = await Promise.all([backend(ok), backend(ok), backend(ok)])
    let next = 0
    const numbers = [0, 0.24, 0.25, 0.999]
    const hosts = [a, c, b].map(({ port }, i) =>
      httpHost(`http://127.0.0.1:${port}`, { weight: [1, 0, 3][i]! }),
    )
    const gateway = await proxy([], { backend: { hosts }, random: () => numbers[next++]! })
    for (const _ of numbers) await roundTrip(gateway.port, `${get}\r\n`, 'ok')
    expect([a, b, c].map(({ requests }) => requests.length)).toEqual([2, 2, 0])
  })
})
