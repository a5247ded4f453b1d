import type { Dispatcher } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSpread, type Place, type Stay } from '../../src/http/spread.ts'
import { createUpstreams, type Upstreams } from '../../src/http/upstream.ts'
import { eventually, listenRaw, type Wire } from './wire.ts'

/** One of several servers behind a name; it answers when it is told to. */
type Server = { readonly place: Place; readonly asked: Wire[]; readonly close: () => Promise<void> }

const ORIGIN = 'http://tools.example'
const REFUSED: Place = { name: 'refused', host: '127.0.0.1', port: 1, draining: false }

let servers: Server[]
let places: Place[]
let upstreams: Upstreams

beforeEach(async () => {
  servers = await Promise.all(['a', 'b', 'c'].map(start))
  places = servers.map(({ place }) => place)
  upstreams = createUpstreams({
    resolve: (host, port) => (host === 'tools.example' && port === 80 ? places : undefined),
  })
})

afterEach(async () => {
  await upstreams.close()
  await Promise.all(servers.map(one => one.close()))
})

async function start(name: string): Promise<Server> {
  const asked: Wire[] = []
  const { port, close } = await listenRaw(wire => wire.eachHead(() => asked.push(wire)))
  return { place: { name, host: '127.0.0.1', port, draining: false }, asked, close }
}

function answer({ asked }: Server): void {
  asked.shift()?.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
}

/** Starts a request; settles with the place that answered it. */
function get(stay: Stay = { place: undefined }, body: string | null = null): Promise<Stay> {
  return new Promise((resolve, reject) => {
    upstreams.dispatch(
      ORIGIN,
      { path: '/', method: 'POST', body },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => resolve(stay),
        onResponseError: (_controller, error) => reject(error),
      },
      'calls',
      stay,
    )
  })
}

const waiting = () => servers.map(({ asked }) => asked.length)
const total = () => waiting().reduce((sum, count) => sum + count, 0)

/** One request, answered by whoever got it. */
async function answered(stay?: Stay): Promise<string | undefined> {
  const before = total()
  const running = get(stay)
  await eventually(() => total() === before + 1)
  for (const server of servers) if (server.asked.length > 0) answer(server)
  return (await running).place
}

test('the next request goes where the fewest are running [CLUSTER-1]', async () => {
  const running = Array.from({ length: 6 }, () => get())
  await eventually(() => total() === 6)
  expect(waiting()).toEqual([2, 2, 2])
  const [, second] = servers as [Server, Server, Server]
  answer(second)
  await Promise.any(running)
  running.push(get())
  await eventually(() => total() === 6)
  expect(waiting()).toEqual([2, 2, 2])
  for (const server of servers) while (server.asked.length > 0) answer(server)
  await Promise.all(running)
})

test('places where nothing is running take turns [CLUSTER-1]', async () => {
  const used = []
  for (let i = 0; i < 6; i++) used.push(await answered())
  expect(used.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
    'a',
    'a',
    'b',
    'b',
    'c',
    'c',
  ])
})

test('what has to stay at a place does, while the place is there [CLUSTER-2]', async () => {
  for (let i = 0; i < 4; i++) expect(await answered({ place: 'b' })).toBe('b')
  places = places.map(place => (place.name === 'b' ? { ...place, draining: true } : place))
  expect(await answered({ place: 'b' })).toBe('b')
  for (let i = 0; i < 4; i++) expect(await answered()).not.toBe('b')
  places = places.filter(({ name }) => name !== 'b')
  expect(await answered({ place: 'b' })).not.toBe('b')
})

test('a place on its way out is used when there is no other [CLUSTER-1]', async () => {
  places = places.slice(0, 1).map(place => ({ ...place, draining: true }))
  expect(await answered()).toBe('a')
})

test('a place that cannot be reached costs nobody an answer, and is tried last from then on [CLUSTER-3]', async () => {
  const [first] = servers as [Server]
  places = [REFUSED, first.place]
  for (let i = 0; i < 4; i++) expect(await answered()).toBe('a')
  expect(await answered({ place: 'refused' })).toBe('a')
  places = [REFUSED]
  await expect(get()).rejects.toThrow('ECONNREFUSED')
})

test('a request that was sent is not sent again [CLUSTER-3]', async () => {
  const running = get(undefined, 'body')
  await eventually(() => total() === 1)
  for (const { asked } of servers) for (const wire of asked) wire.socket.destroy()
  await expect(running).rejects.toThrow()
  expect(total()).toBe(1)
})

test('an origin without places is found by the name service [CLUSTER-1]', async () => {
  const [{ place }] = servers as [Server]
  const running = new Promise(resolve => {
    upstreams.dispatch(
      `http://127.0.0.1:${place.port}`,
      { path: '/', method: 'GET' },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status) => resolve(status),
        onResponseError: (_controller, error) => resolve(error),
      },
    )
  })
  await eventually(() => total() === 1)
  for (const server of servers) answer(server)
  expect(await running).toBe(200)
})

test('endpoints that come and go leave nothing behind [CLUSTER-6]', () => {
  const spread = createSpread(() => 0)
  const handler = { onRequestStart: () => undefined }
  const still: Dispatcher.DispatchHandler[] = []
  for (let pod = 0; pod < 1000; pod++) {
    const place = { name: `pod-${pod}`, host: '127.0.0.1', port: 1, draining: false }
    spread.send(
      [place],
      (_, sent) => (pod === 0 ? still.push(sent) : sent.onResponseEnd?.(CONTROLLER, {})),
      handler,
      false,
      undefined,
    )
  }
  expect(spread.known()).toBeLessThan(30)
  // What still runs is not forgotten.
  expect(spread.isIdle()).toBe(false)
  still[0]?.onResponseEnd?.(CONTROLLER, {})
  expect(spread.isIdle()).toBe(true)
})

const CONTROLLER = {} as Dispatcher.DispatchController
