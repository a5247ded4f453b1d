import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EventStream, openEventStream } from '../../src/mcp/event-stream.ts'
import { eventually } from '../http/wire.ts'
import { openTestStream, type TestStream } from '../support/event-stream.ts'

let response: ServerResponse | undefined
let events: EventStream
let stream: TestStream
let close: () => void

beforeEach(async () => {
  const server = createServer((_request, res) => {
    response = res
    events = openEventStream(res, { 'mcp-session-id': 'x' }, 5)
  }).listen(0, '127.0.0.1')
  await eventually(() => server.listening)
  close = () => server.closeAllConnections()
  stream = await openTestStream(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {})
})
afterEach(() => close())

test('is open before anything is sent, and kept alive while nothing is [CALL-2]', async () => {
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'x-accel-buffering': 'no',
    'mcp-session-id': 'x',
  })
  await stream.until(': keep-alive\n\n: keep-alive\n\n')
  events.send('{"n":1}')
  await stream.until('data: {"n":1}\n\n: keep-alive\n\n')
  events.end()
  await stream.ended
})

test('a message of several lines is one event [CALL-2] [CALL-4]', async () => {
  events.send('{\r\n  "n": 1,\n  "s": "a\\nb"\n}')
  await stream.until('data: {   "n": 1,   "s": "a\\nb" }\n\n')
})

test('says that nobody is there any more [EDGE-11]', async () => {
  stream.close()
  await eventually(() => response?.destroyed === true)
  expect(events.send('{}')).toBe(false)
})
