import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Resolve } from '../../src/http/connect.ts'
import { createStream } from '../../src/http/stream.ts'
import { createUpstreams, type Upstreams } from '../../src/http/upstream.ts'

let server: Server
let port: number
let upstreams: Upstreams
let answer: (response: ServerResponse) => void
const hosts: (string | undefined)[] = []

beforeEach(async () => {
  hosts.length = 0
  server = createServer((request, response) => {
    hosts.push(request.headers.host)
    answer(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  upstreams = createUpstreams()
})

afterEach(async () => {
  await upstreams.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

function open(origin: string = `http://127.0.0.1:${port}`, silenceMs: number = 5000) {
  const stream = createStream(upstreams)
  return stream({ origin, path: '/', method: 'GET', headers: {}, silenceMs })
}

async function read(body: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of body) text += chunk.toString()
  return text
}

test('the body is read as it arrives', async () => {
  let more = (): void => undefined
  answer = response => {
    response.write('one ')
    more = () => response.end('two')
  }
  const { status, body } = await open()
  expect(status).toBe(200)
  const chunks: string[] = []
  for await (const chunk of body) {
    chunks.push(chunk.toString())
    more()
  }
  expect(chunks).toEqual(['one ', 'two'])
})

test('a large body in many pieces, read slowly, arrives as a whole', async () => {
  const piece = 'x'.repeat(1000)
  answer = response => {
    for (let i = 0; i < 500; i++) response.write(piece)
    response.end()
  }
  const { body } = await open()
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(size).toBe(500_000)
})

test('silence before the headers refuses, silence after them ends the reading', async () => {
  answer = () => undefined
  await expect(open(undefined, 50)).rejects.toThrow('nothing was heard for 50 ms')
  answer = response => response.write('begun')
  // Long enough for the beginning to arrive on a machine that is busy.
  const { body } = await open(undefined, 2_000)
  await expect(read(body)).rejects.toThrow('nothing was heard for 2000 ms')
})

test('a connection that breaks is an error, not an end', async () => {
  answer = response => response.write('begun', () => response.destroy())
  const { body } = await open()
  await expect(read(body)).rejects.toThrow()
})

test('a host is found where `resolve` says, and keeps its name in the request', async () => {
  const resolve: Resolve = (host, wanted) =>
    host === 'tools.shop.svc.cluster.local' && wanted === 80
      ? [{ name: 'a', host: '127.0.0.1', port, draining: false }]
      : undefined
  await upstreams.close()
  upstreams = createUpstreams({ resolve })
  answer = response => response.end('found')
  const { body } = await open('http://tools.shop.svc.cluster.local')
  expect(await read(body)).toBe('found')
  expect(hosts).toEqual(['tools.shop.svc.cluster.local'])
})
