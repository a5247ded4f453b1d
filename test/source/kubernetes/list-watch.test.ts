import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStream } from '../../../src/http/stream.ts'
import { createUpstreams, type Upstreams } from '../../../src/http/upstream.ts'
import { createApi } from '../../../src/source/kubernetes/api.ts'
import { listWatch } from '../../../src/source/kubernetes/list-watch.ts'
import type { KubernetesObject } from '../../../src/source/kubernetes/object.ts'

/** Faults of an API server, which a real one shows too rarely. */
type Answer = (response: ServerResponse, query: URLSearchParams) => void

let script: Answer[]
let asked: string[]
let known: Map<string, string>
let troubles: (string | undefined)[]
let upstreams: Upstreams
let ending: AbortController
let close: () => Promise<void>
let running: Promise<void>

beforeEach(async () => {
  script = []
  asked = []
  known = new Map()
  troubles = []
  upstreams = createUpstreams()
  ending = new AbortController()
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://api').searchParams
    asked.push(query.get('watch') === 'true' ? `watch ${query.get('resourceVersion')}` : 'list')
    const answer = script.shift() ?? hang
    answer(response, query)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const api = createApi(
    {
      origin,
      basePath: '',
      namespace: 'default',
      tls: {},
      headers: () => Promise.resolve({}),
    },
    createStream(upstreams),
  )
  const put = (object: KubernetesObject) =>
    known.set(object.metadata.name, object.metadata.resourceVersion ?? '')
  const start = () =>
    listWatch({
      api,
      path: '/things',
      replace(objects) {
        known.clear()
        for (const object of objects) put(object)
      },
      put,
      remove: object => known.delete(object.metadata.name),
      trouble: problem => troubles.push(problem),
      signal: ending.signal,
      times: { firstRetryMs: 1, lastRetryMs: 10, absentMs: 5, silenceMs: 100, shortestMs: 1_000 },
    })
  running = Promise.resolve().then(start)
  close = async () => {
    ending.abort()
    await running
    await upstreams.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
})

afterEach(() => close())

const hang: Answer = response => {
  response.writeHead(200)
  response.flushHeaders()
}

function list(version: string, ...names: readonly string[]): Answer {
  return response => {
    const items = names.map(name => ({ metadata: { name, resourceVersion: version } }))
    const metadata = { resourceVersion: version }
    response.end(JSON.stringify({ apiVersion: 'v1', kind: 'ThingList', metadata, items }))
  }
}

function event(type: string, name: string, resourceVersion: string): string {
  return `${JSON.stringify({ type, object: { metadata: { name, resourceVersion } } })}\n`
}

function status(code: number, reason: string): Answer {
  return response => {
    response.writeHead(code).end(JSON.stringify({ kind: 'Status', code, reason, message: reason }))
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 2))
}

test('events change what was listed, and a watch that ends goes on where it was', async () => {
  script.push(list('1', 'a'), response => {
    response.write(event('ADDED', 'b', '2'))
    response.write(event('DELETED', 'a', '3'))
    response.end(event('BOOKMARK', '', '9'))
  })
  await until(() => asked.length === 3)
  expect(asked).toEqual(['list', 'watch 1', 'watch 9'])
  expect([...known]).toEqual([['b', '2']])
})

test('a version that is gone leads to a new list: as an event (200) and as a status (410)', async () => {
  script.push(
    list('1', 'a'),
    response => {
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`)
    },
    list('5', 'b'),
    status(410, 'Expired'),
    list('6', 'c'),
  )
  await until(() => known.has('c'))
  expect(asked.slice(0, 5)).toEqual(['list', 'watch 1', 'list', 'watch 5', 'list'])
  expect(troubles).toEqual([])
})

test('a watch that says nothing is given up', async () => {
  script.push(list('1', 'a'), hang, response => response.end(event('ADDED', 'b', '2')))
  await until(() => known.has('b'))
  expect(asked.slice(0, 3)).toEqual(['list', 'watch 1', 'watch 1'])
})

test('a watch that breaks off in the middle of a line loses nothing', async () => {
  script.push(
    list('1', 'a'),
    response => {
      response.write(event('ADDED', 'b', '2'))
      response.write('{"type": "ADD', () => response.destroy())
    },
    response => response.end(event('ADDED', 'c', '3')),
  )
  await until(() => known.has('c'))
  expect([...known.keys()]).toEqual(['a', 'b', 'c'])
  expect(asked.slice(0, 3)).toEqual(['list', 'watch 1', 'watch 2'])
})

test('what may not be read any more stays known; it is said once', async () => {
  script.push(list('1', 'policy'), ...Array(4).fill(status(403, 'Forbidden')), list('7', 'policy'))
  await until(() => asked.length >= 7)
  expect(known.has('policy')).toBe(true)
  expect(troubles.filter(problem => problem?.includes('may not be read'))).toHaveLength(1)
  expect(troubles.at(-1)).toBeUndefined()
})

test('a kind that is removed from the cluster is gone once that was said twice', async () => {
  script.push(list('1', 'a'), status(404, 'NotFound'), status(404, 'NotFound'))
  await until(() => known.size === 0 && asked.length >= 3)
  expect(troubles.filter(problem => problem?.includes('not installed'))).toHaveLength(1)
})

test('a server that is not ready is asked again', async () => {
  script.push(status(503, 'ServiceUnavailable'), status(429, 'TooManyRequests'), list('1', 'a'))
  await until(() => known.has('a'))
  expect(asked.slice(0, 3)).toEqual(['list', 'list', 'list'])
})

test('a list comes in pages', async () => {
  const page =
    (next: string, name: string): Answer =>
    response => {
      const metadata = { resourceVersion: '4', continue: next }
      const items = [{ metadata: { name } }]
      response.end(JSON.stringify({ apiVersion: 'v1', kind: 'ThingList', metadata, items }))
    }
  script.push(page('more', 'a'), page('', 'b'))
  await until(() => known.size === 2)
  expect([...known.keys()]).toEqual(['a', 'b'])
})

test('watches that end as soon as they begin are no endless loop', async () => {
  const empty: Answer = response => response.end()
  script.push(list('1', 'a'), ...Array(20).fill(empty))
  await until(() => asked.length === 6)
  expect(asked.slice(1)).toEqual(Array(5).fill('watch 1'))
  expect(troubles).toEqual(['the server ended a watch as soon as it began'])
})
