import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTargetSender } from '../../src/http/target-exchange.ts'
import { createUpstreams, type Upstreams } from '../../src/http/upstream.ts'
import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'
import { openTestStream, type TestStream } from '../support/event-stream.ts'
import { eventually } from './wire.ts'

const KEEP_ALIVE = ': keep-alive\n\n'

describe('comments that keep a stream from being closed', () => {
  let upstream: RecordingServer
  let upstreams: Upstreams
  let source: ServerResponse | undefined
  let stream: TestStream
  let close: () => void

  beforeEach(async () => {
    source = undefined
    upstream = await startRecordingServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      source = response
    })
    upstreams = createUpstreams()
    const send = createTargetSender({
      upstreams,
      requestHeaders: undefined,
      responseHeaders: undefined,
      location: undefined,
      ownCors: false,
      timeoutMs: undefined,
      keepAliveMs: 5,
    })
    const server = createServer((_request, response) => {
      send(
        { url: upstream.url, method: 'GET', from: undefined, headers: {}, body: undefined },
        { head: () => ({ pipe: response, headers: {} }), failed: () => response.destroy() },
      )
    }).listen(0, '127.0.0.1')
    await eventually(() => server.listening)
    close = () => server.closeAllConnections()
    stream = await openTestStream(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {})
    await eventually(() => source !== undefined)
  })
  afterEach(async () => {
    stream.close()
    close()
    await upstreams.close()
    await upstream.close()
  })

  test('come while there is nothing else, and again between two events [CALL-2]', async () => {
    await stream.until(KEEP_ALIVE.repeat(2))
    source?.write('data: {"n":1}\n\n')
    await stream.until(`data: {"n":1}\n\n${KEEP_ALIVE}`)
    source?.end('data: {"n":2}\n\n')
    const all = await stream.ended
    expect(all.replaceAll(KEEP_ALIVE, '')).toBe('data: {"n":1}\n\ndata: {"n":2}\n\n')
  })

  test.each(['\n\n', '\r\n\r\n'])(
    'never come inside of an event, however long it takes (it ends with %j) [CALL-2]',
    async end => {
      const pieces = ['event: message\n', 'data: {"text":"', 'half', ' and half"}', end]
      for (const piece of pieces) {
        source?.write(piece)
        await new Promise(resolve => setTimeout(resolve, 25))
      }
      await stream.until(pieces.join('') + KEEP_ALIVE)
    },
  )
})
