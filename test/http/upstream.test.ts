import type { Dispatcher } from 'undici'
import { afterEach, expect, test } from 'vitest'
import {
  createUpstreams,
  type Lane,
  type UpstreamOptions,
  type Upstreams,
} from '../../src/http/upstream.ts'
import { eventually, listenRaw, type Wire } from './wire.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

// Long enough that a connection does not end by itself during a test.
const ok = 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=600\r\nContent-Length: 2\r\n\r\nok'

async function backend(serve: (wire: Wire) => void = wire => wire.eachHead(() => wire.send(ok))) {
  const raw = await listenRaw(serve)
  cleanups.push(raw.close)
  return { ...raw, origin: `http://127.0.0.1:${raw.port}` }
}

function upstreams(options?: UpstreamOptions): Upstreams {
  const made = createUpstreams(options)
  cleanups.push(made.close)
  return made
}

function get(
  to: Upstreams,
  origin: string,
  lane?: Lane,
  handler: Dispatcher.DispatchHandler = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = ''
    to.dispatch(
      origin,
      { path: '/', method: 'GET' },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_controller, chunk) => {
          body += chunk.toString()
        },
        onResponseEnd: () => resolve(body),
        onResponseError: (_controller, error) => reject(error),
        ...handler,
      },
      lane,
    )
  })
}

test('connections are used again', async () => {
  const { origin, connections } = await backend()
  const pools = upstreams()
  for (let i = 0; i < 5; i += 1) expect(await get(pools, origin)).toBe('ok')
  // One may be checked for an end that the backend announced while the next request comes.
  expect(connections.size).toBeLessThanOrEqual(2)
})

test('streams and calls have connections of their own', async () => {
  const { origin, connections } = await backend(wire => wire.eachHead(() => undefined))
  const pools = upstreams({ connections: { calls: 1, streams: 1 } })
  const running = [get(pools, origin, 'streams'), get(pools, origin, 'calls')].map(one =>
    one.catch(() => 'broken'),
  )
  await eventually(() => connections.size === 2)
  await expect(get(pools, origin, 'calls')).rejects.toMatchObject({ code: 'UPSTREAM_OVERLOADED' })
  await expect(get(pools, origin, 'streams')).rejects.toThrow(/all 1 connections to .* are in use/)
  await pools.close()
  expect(await Promise.all(running)).toEqual(['broken', 'broken'])
})

test('a pool that nobody uses is closed, and made again when it is needed', async () => {
  const { origin, connections } = await backend()
  const pools = upstreams({ idleMs: 40 })
  await get(pools, origin)
  await eventually(() => connections.size === 0)
  expect(await get(pools, origin)).toBe('ok')
})

test('a stream keeps its pool', async () => {
  let stream: Wire | undefined
  const { origin } = await backend(wire => {
    wire.eachHead(() => {
      stream = wire
      wire.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    })
  })
  const pools = upstreams({ idleMs: 20 })
  const answer = get(pools, origin, 'streams')
  await eventually(() => stream !== undefined)
  await new Promise(resolve => setTimeout(resolve, 150))
  stream!.send('4\r\nlate\r\n0\r\n\r\n')
  expect(await answer).toBe('late')
})

test('above the number of pools the idlest makes room', async () => {
  const [a, b] = await Promise.all([backend(), backend()])
  const pools = upstreams({ pools: 1 })
  expect(await get(pools, a.origin)).toBe('ok')
  expect(await get(pools, b.origin)).toBe('ok')
  await eventually(() => a.connections.size === 0)
  expect(await get(pools, a.origin)).toBe('ok')
})

test('what cannot be sent comes back through the handler', async () => {
  const { origin } = await backend()
  const pools = upstreams()
  const sent = new Promise((resolve, reject) => {
    pools.dispatch(
      origin,
      { path: '/', method: 'GET', headers: ['x', 'a\r\nevil: 1'] },
      {
        onRequestStart: () => resolve('sent'),
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })
  await expect(sent).rejects.toThrow(/invalid x header/)
})
