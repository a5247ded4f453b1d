import { afterEach, describe, expect, test } from 'vitest'
import { type BodyFailure, hasBody, readBody } from '../../src/http/body.ts'
import { createServer, type EdgeServer } from '../../src/http/server.ts'
import { bind } from './snapshots.ts'
import { eventually, openWire, type Wire } from './wire.ts'

let server: EdgeServer | undefined
afterEach(() => server?.close(0))

const results: (Buffer | BodyFailure)[] = []

/** A server that reads bodies of at most 10 bytes and says what came of it. */
async function open(deadlineMs = 5_000): Promise<Wire> {
  results.length = 0
  server = createServer(bind(), (req, res) => {
    void readBody(req, res, 10, deadlineMs).then(body => {
      results.push(body)
      for (const event of ['error', 'close', 'end', 'data'])
        listenersLeft.push(
          req.listeners(event).filter(listener => listener.name.startsWith('on')).length,
        )
      res.writeHead(typeof body === 'string' ? 413 : 200)
      res.end(typeof body === 'string' ? body : `<${String(body)}>`)
    })
  })
  return openWire((await server.listen()).port)
}
const listenersLeft: number[] = []

const post = 'POST / HTTP/1.1\r\nHost: h\r\n'

describe('a body', () => {
  test.each([
    ['of known length', [`${post}Content-Length: 5\r\n\r\nhello`], '<hello>'],
    ['after its headers', [`${post}Content-Length: 5\r\n\r\n`, 'hello'], '<hello>'],
    ['in two parts', [`${post}Content-Length: 5\r\n\r\nhe`, 'llo'], '<hello>'],
    [
      'in chunks',
      [`${post}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n`, '3\r\nllo\r\n0\r\n\r\n'],
      '<hello>',
    ],
    ['of just the limit', [`${post}Content-Length: 10\r\n\r\n0123456789`], '<0123456789>'],
    ['of no length', [`${post}Content-Length: 0\r\n\r\n`], '<>'],
    ['in no chunks', [`${post}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`], '<>'],
    ['that is not there', ['GET / HTTP/1.1\r\nHost: h\r\n\r\n'], '<>'],
  ])('%s is read, and the connection goes on', async (_name, parts, expected) => {
    const wire = await open()
    for (const part of parts) {
      wire.send(part)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    await wire.until(expected)
    wire.send(`${post}Content-Length: 4\r\n\r\nnext`)
    await wire.until('<next>')
    wire.socket.destroy()
    expect(listenersLeft.splice(0).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(8)
  })
})

describe('refused [EDGE-7]', () => {
  test('a Content-Length above the limit, before anything is read or asked for [EDGE-7]', async () => {
    const wire = await open()
    wire.send(`${post}Content-Length: 11\r\nExpect: 100-continue\r\n\r\n`)
    const answer = await wire.until('too_large')
    expect(answer).not.toContain('100 Continue')
    wire.socket.destroy()
  })

  test('chunks that grow above the limit [EDGE-7]', async () => {
    const wire = await open()
    wire.send(`${post}Transfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n`)
    wire.send('8\r\n01234567\r\n')
    await wire.until('too_large')
    // What still comes is discarded, and the connection can be used again.
    wire.send(`8\r\n01234567\r\n0\r\n\r\n${post}Content-Length: 4\r\n\r\nnext`)
    await wire.until('<next>')
    wire.socket.destroy()
  })

  test('a client that sends far too much reads its answer nevertheless', async () => {
    const wire = await open()
    wire.send(`${post}Content-Length: 5000000\r\n\r\n${'x'.repeat(5_000_000)}`)
    await wire.until('too_large')
    wire.socket.destroy()
  })

  test('a body that does not come in time [EDGE-8]', async () => {
    const wire = await open(50)
    wire.send(`${post}Content-Length: 5\r\n\r\nhe`)
    await wire.until('timeout')
    wire.socket.destroy()
  })

  test('a client that goes away', async () => {
    const wire = await open()
    wire.send(`${post}Content-Length: 5\r\n\r\nhe`)
    await new Promise(resolve => setTimeout(resolve, 20))
    wire.socket.destroy()
    await eventually(() => results.length > 0)
    expect(results).toEqual(['aborted'])
  })
})

test.each([
  [{}, false],
  [{ 'content-length': '0' }, false],
  [{ 'content-length': '1' }, true],
  [{ 'transfer-encoding': 'chunked' }, true],
])('hasBody(%j) is %s', (headers, expected) => {
  expect(hasBody({ headers })).toBe(expected)
})
