import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  echo,
  jsonRpc,
  type ReceivedRequest,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { eventually } from '../http/wire.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { openTestStream } from '../support/event-stream.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, messageRequest, post } from '../support/http.ts'

/** A server whose answers the test writes itself, piece by piece. */
let upstream: RecordingServer
let gateway: TestGateway
let answers: ServerResponse[]
let session: { 'mcp-session-id': string }

beforeEach(async () => {
  answers = []
  upstream = await startRecordingServer((request: ReceivedRequest, response) => {
    if (request.body.includes('"initialize"')) {
      response.setHeader('mcp-session-id', 'upstream-session')
      return echo(request, response)
    }
    answers.push(response)
    return undefined
  })
  gateway = await startTestGateway(configuration([{ backend: httpTarget(upstream.url) }]))
  const opened = await post(gateway.url, jsonRpc('initialize', '0'))
  session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
})
afterEach(async () => {
  await gateway.stop()
  await upstream.close()
})

async function nextAnswer(): Promise<ServerResponse> {
  await eventually(() => answers.length > 0)
  return answers.shift() as ServerResponse
}

const STREAM = { 'content-type': 'text/event-stream' }
const call = messageRequest(jsonRpc('tools/call', '1', '{"name":"slow"}'))
const inSession = () => ({ ...call, headers: { ...call.headers, ...session } })

describe('an event stream as the answer to a call', () => {
  test('arrives event by event: one is seen before the next is sent [CALL-2]', async () => {
    const opening = openTestStream(gateway.url, inSession())
    const answer = await nextAnswer()
    answer.writeHead(200, STREAM).flushHeaders()
    const stream = await opening
    expect(stream.headers['content-type']).toBe('text/event-stream')
    const pieces = ['id: 1\ndata: {"n":1}\n\n', 'event: odd\ndata: a\ndata: b\n\n', ': by hand\n\n']
    let sent = ''
    for (const piece of pieces) {
      answer.write(piece)
      sent += piece
      expect(await stream.until(piece)).toBe(sent)
    }
    // Not even a whole event is waited for.
    answer.write('data: {"half')
    await stream.until('{"half')
    answer.end('":1}\n\n')
    expect(await stream.ended).toBe(`${sent}data: {"half":1}\n\n`)
  })

  test('of a thousand events keeps every byte in order [CALL-2] [CALL-4]', async () => {
    const opening = openTestStream(gateway.url, inSession())
    const answer = await nextAnswer()
    answer.writeHead(200, STREAM)
    const events = Array.from(
      { length: 1000 },
      (_, n) => `id: ${n}\ndata: {"n":${n},"é":1.0}\r\n\r\n`,
    )
    for (const event of events) answer.write(event)
    answer.end()
    expect(await (await opening).ended).toBe(events.join(''))
  })

  test('of a client that goes away is cancelled at the server [EDGE-11]', async () => {
    const opening = openTestStream(gateway.url, inSession())
    const answer = await nextAnswer()
    answer.writeHead(200, STREAM).write('data: {}\n\n')
    const stream = await opening
    await stream.until('data')
    stream.close()
    await eventually(() => upstream.abandoned() === 1)
  })

  test('that the server breaks off is broken off for the client as well [CALL-9]', async () => {
    const opening = openTestStream(gateway.url, inSession())
    const answer = await nextAnswer()
    answer.writeHead(200, STREAM).write('data: {"n":1}\n\n')
    const stream = await opening
    await stream.until('"n":1')
    answer.destroy()
    await expect(stream.ended).rejects.toThrow(/aborted|ECONNRESET|socket hang up/)
  })
})

test('a call that waits is cancelled when its client goes away [EDGE-11]', async () => {
  const abort = new AbortController()
  const { signal } = abort
  const waiting = fetch(gateway.url, { ...inSession(), signal } as RequestInit)
  const answer = await nextAnswer()
  abort.abort()
  await expect(waiting).rejects.toThrow(/abort/)
  await eventually(() => upstream.abandoned() === 1)
  expect(answer.destroyed).toBe(true)
})

describe('the timeout of a route is the time to the first byte of a stream', () => {
  const yaml = () =>
    configuration([
      { policies: '{timeout: {requestTimeout: 100ms}}', backend: httpTarget(upstream.url) },
    ])

  test('so a stream that has begun is not cut [CALL-10]', async () => {
    await using limited = await startTestGateway(yaml())
    const opening = openTestStream(limited.url, modernCall())
    const answer = await nextAnswer()
    answer.writeHead(200, STREAM).write('data: {"n":1}\n\n')
    const stream = await opening
    await stream.until('"n":1')
    await new Promise(resolve => setTimeout(resolve, 300))
    answer.end('data: {"n":2}\n\n')
    expect(await stream.ended).toContain('"n":2')
  })

  test('and no answer in that time is 504 [CALL-10] [CALL-9]', async () => {
    await using limited = await startTestGateway(yaml())
    const waiting = ask(limited.url, modernCall())
    await nextAnswer()
    const refused = await waiting
    expect(refused.status).toBe(504)
    expect(refused.json()).toMatchObject({ id: 7, error: { code: -32603 } })
    await eventually(() => upstream.abandoned() === 1)
  })
})

describe('GET', () => {
  const listening = (headers = {}) => ({
    method: 'GET',
    headers: { accept: 'text/event-stream', ...session, ...headers },
  })

  test("is the server's stream, with what the server calls the session [CALL-3]", async () => {
    const opening = openTestStream(gateway.url, listening())
    const answer = await nextAnswer()
    expect(upstream.received.at(-1)).toMatchObject({
      method: 'GET',
      headers: { accept: 'text/event-stream', 'mcp-session-id': 'upstream-session' },
    })
    answer.writeHead(200, STREAM).write('id: 5\ndata: {"method":"x"}\n\n')
    const stream = await opening
    await stream.until('"x"')
    stream.close()
    await eventually(() => upstream.abandoned() === 1)
  })

  test('carries Last-Event-ID to the server [CALL-3]', async () => {
    const opening = openTestStream(gateway.url, listening({ 'last-event-id': 'st:42' }))
    const answer = await nextAnswer()
    expect(upstream.received.at(-1)?.headers['last-event-id']).toBe('st:42')
    answer.writeHead(200, STREAM).end('id: 43\ndata: {}\n\n')
    expect(await (await opening).ended).toBe('id: 43\ndata: {}\n\n')
  })

  test('of a server without such a stream is its 405 [CALL-3]', async () => {
    const waiting = ask(gateway.url, listening())
    const answer = await nextAnswer()
    answer.writeHead(405, { allow: 'POST' }).end()
    expect((await waiting).status).toBe(405)
  })
})

test('DELETE ends the session at the server and here [CALL-3]', async () => {
  const waiting = ask(gateway.url, { method: 'DELETE', headers: session })
  const answer = await nextAnswer()
  expect(upstream.received.at(-1)).toMatchObject({
    method: 'DELETE',
    headers: { 'mcp-session-id': 'upstream-session' },
  })
  answer.writeHead(200).end()
  expect((await waiting).status).toBe(200)
  expect((await post(gateway.url, jsonRpc('ping', '1'), session)).status).toBe(404)
})

function modernCall() {
  const params = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  }
  return messageRequest(jsonRpc('ping', '7', JSON.stringify(params)), {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'ping',
  })
}
