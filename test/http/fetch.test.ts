import { createServer as createBackend, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsBackend } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { createFetch, type FetchOptions } from '../../src/http/fetch.ts'
import { type Authority, createAuthority } from './authority.ts'
import { listenRaw } from './wire.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

type Handler = (req: IncomingMessage, res: ServerResponse) => void

async function open(server: Server & { closeAllConnections: () => void }): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function provider(handler: Handler): Promise<string> {
  return `http://127.0.0.1:${await open(createBackend(handler))}`
}

function fetcher(options?: FetchOptions) {
  const { fetch, close } = createFetch(options)
  cleanups.push(close)
  return fetch
}

describe('an exchange', () => {
  test('status, headers and body', async () => {
    const origin = await provider((req, res) => {
      res.writeHead(418, { 'x-one': '1', 'set-cookie': ['a=1', 'b=2'] })
      let body = ''
      req.on('data', chunk => {
        body += String(chunk)
      })
      req.on('end', () =>
        res.end(`${req.method} ${req.url} ${req.headers['content-type']} ${body}`),
      )
    })
    const answer = await fetcher()({
      url: `${origin}/token?x=1`,
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'grüße',
    })
    expect(answer.status).toBe(418)
    expect(answer.headers).toMatchObject({ 'x-one': '1', 'set-cookie': 'a=1, b=2' })
    expect(answer.body).toBe('POST /token?x=1 text/plain grüße')
  })

  test('follows redirects within the origin', async () => {
    const origin = await provider((req, res) => {
      const step = Number(req.url?.slice(1))
      if (step < 3) res.writeHead(302, { location: `/${step + 1}` }).end()
      else res.end('there')
    })
    expect((await fetcher()({ url: `${origin}/0` })).body).toBe('there')
    await expect(fetcher()({ url: `${origin}/-1` })).rejects.toMatchObject({ reason: 'redirect' })
  })

  test('follows none to another origin [EDGE-17]', async () => {
    let reached = 0
    const other = await provider((_req, res) => {
      reached += 1
      res.end()
    })
    const origin = await provider((_req, res) => {
      res.writeHead(302, { location: other }).end()
    })
    await expect(fetcher()({ url: origin })).rejects.toMatchObject({ reason: 'redirect' })
    expect(reached).toBe(0)
  })

  test('a redirected POST is an answer', async () => {
    const origin = await provider((_req, res) => {
      res.writeHead(307, { location: '/elsewhere' }).end()
    })
    expect((await fetcher()({ url: origin, method: 'POST', body: 'secret' })).status).toBe(307)
  })
})

describe('limits [EDGE-17]', () => {
  test('too many bytes [EDGE-17]', async () => {
    const origin = await provider((_req, res) => {
      res.end('x'.repeat(2000))
    })
    await expect(fetcher()({ url: origin, maxBytes: 1999 })).rejects.toMatchObject({
      reason: 'too_large',
    })
    expect((await fetcher()({ url: origin, maxBytes: 2000 })).body).toHaveLength(2000)
  })

  test('a body that was compressed though nobody asked', async () => {
    const origin = await provider((_req, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000)))
    })
    await expect(fetcher()({ url: origin })).rejects.toMatchObject({ reason: 'unreachable' })
  })

  test.each<[string, Handler]>([
    ['says nothing', () => undefined],
    [
      'drips',
      (_req, res) => {
        const dripping = setInterval(() => res.write('x'), 20)
        res.on('close', () => clearInterval(dripping))
      },
    ],
  ])('a provider that %s', async (_name, handler) => {
    const origin = await provider(handler)
    await expect(fetcher()({ url: origin, timeoutMs: 150 })).rejects.toMatchObject({
      reason: 'timeout',
    })
  })

  test('a provider that accepts no connection in time', async () => {
    const raw = await listenRaw(() => undefined)
    cleanups.push(raw.close)
    // The TLS handshake never comes to an end.
    const url = `https://127.0.0.1:${raw.port}/`
    await expect(fetcher()({ url, timeoutMs: 150 })).rejects.toMatchObject({ reason: 'timeout' })
  })

  test('nobody there: the reason says so, without path and query', async () => {
    const raw = await listenRaw(() => undefined)
    await raw.close()
    const failed = fetcher()({ url: `http://127.0.0.1:${raw.port}/secret?code=1` })
    await expect(failed).rejects.toMatchObject({ reason: 'unreachable' })
    await expect(failed).rejects.toThrow(/127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/)
    await expect(failed).rejects.not.toThrow(/secret/)
  })

  test('a URL that is none', async () => {
    await expect(fetcher()({ url: 'not a url' })).rejects.toMatchObject({ reason: 'unreachable' })
  })
})

describe('untrusted, with private addresses allowed', () => {
  async function secure(handler: Handler, authority: Authority): Promise<string> {
    const { certificate, key } = authority.issue('localhost')
    return `https://localhost:${await open(createTlsBackend({ cert: certificate, key }, handler))}`
  }

  test('is fetched over TLS with the name checked', async () => {
    const authority = createAuthority()
    const url = await secure((_req, res) => res.end('{}'), authority)
    const fetch = fetcher({ allowPrivate: true, ca: authority.certificate })
    expect((await fetch({ url, untrusted: true })).body).toBe('{}')
    const stranger = fetcher({ allowPrivate: true })
    await expect(stranger({ url, untrusted: true })).rejects.toMatchObject({
      reason: 'unreachable',
    })
  })

  test('follows no redirect at all', async () => {
    const authority = createAuthority()
    const url = await secure((_req, res) => {
      res.writeHead(302, { location: '/same-origin' }).end()
    }, authority)
    const fetch = fetcher({ allowPrivate: true, ca: authority.certificate })
    await expect(fetch({ url, untrusted: true })).rejects.toMatchObject({ reason: 'redirect' })
  })
})
