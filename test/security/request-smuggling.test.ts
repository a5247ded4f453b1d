import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer, type EdgeServer } from '../../src/http/server.ts'
import { bind } from '../http/snapshots.ts'
import { openWire } from '../http/wire.ts'

let server: EdgeServer
let port: number
const seen: string[] = []

beforeAll(async () => {
  server = createServer(bind(), (req, res) => {
    seen.push(`${req.method} ${req.url}`)
    req.resume()
    req.on('end', () => res.end('ok'))
  })
  port = (await server.listen()).port
})
afterAll(() => server.close(0))

async function exchange(message: string): Promise<{ answer: string; requests: string[] }> {
  seen.length = 0
  const wire = await openWire(port)
  wire.send(message)
  const answer = await wire.closed()
  return { answer, requests: [...seen] }
}

const host = 'Host: gw.example\r\n'
const hidden = 'GET /hidden HTTP/1.1\r\nHost: gw.example\r\n\r\n'

describe('a message whose end two servers could see at different places is refused [EDGE-10]', () => {
  test.each([
    [
      'both lengths',
      `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'both lengths, the other way round',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'differing lengths',
      `POST / HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${hidden}`,
    ],
    [
      'the same length twice',
      `POST / HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${hidden}`,
    ],
    ['a list of lengths', `POST / HTTP/1.1\r\n${host}Content-Length: 0, 44\r\n\r\n${hidden}`],
    ['a length with a sign', `POST / HTTP/1.1\r\n${host}Content-Length: +0\r\n\r\n${hidden}`],
    ['a negative length', `POST / HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n${hidden}`],
    ['a length in hex', `POST / HTTP/1.1\r\n${host}Content-Length: 0x0\r\n\r\n${hidden}`],
    ['an empty length', `POST / HTTP/1.1\r\n${host}Content-Length: \r\n\r\n${hidden}`],
    [
      'a length beyond all numbers',
      `POST / HTTP/1.1\r\n${host}Content-Length: 99999999999999999999999\r\n\r\n${hidden}`,
    ],
    [
      'an unknown transfer coding',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'chunked that is not last',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'chunked twice',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'a space before the colon',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'an obs-fold',
      `POST / HTTP/1.1\r\n${host}X: a\r\n Transfer-Encoding: chunked\r\n\r\n${hidden}`,
    ],
    [
      'a folded transfer coding',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'a header name with a control character',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding\x0b: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'a bare CR in a value',
      `POST / HTTP/1.1\r\n${host}X: a\rTransfer-Encoding: chunked\r\n\r\n${hidden}`,
    ],
    ['a NUL in a value', `POST / HTTP/1.1\r\n${host}X: a\0b\r\n\r\n${hidden}`],
    [
      'a chunk size that is none',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${hidden}`,
    ],
    [
      'a chunk that is longer than it says',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'a line feed alone after a chunk size',
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\n\n${hidden}`,
    ],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['an unknown version', `GET / HTTP/3.7\r\n${host}\r\n`],
    ['a space in the target', `GET /a b HTTP/1.1\r\n${host}\r\n`],
  ])('%s', async (_name, message) => {
    const { answer, requests } = await exchange(message)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d [^\r]*\r\n/)
    expect(answer).toMatch(/connection: close/i)
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(requests.filter(line => line.includes('hidden'))).toEqual([])
  })
})

test('the server goes on after all of that', async () => {
  const wire = await openWire(port)
  wire.send(
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n0\r\nT: 1\r\n\r\n`,
  )
  expect(await wire.until('ok')).toMatch(/^HTTP\/1\.1 200 /)
  wire.socket.destroy()
})

test('a second request that is garbage does not write into the first answer', async () => {
  const slow = createServer(bind(), (_req, res) => {
    res.writeHead(200)
    res.write('first')
  })
  const wire = await openWire((await slow.listen()).port)
  wire.send(`GET / HTTP/1.1\r\n${host}\r\n`)
  await wire.until('first')
  wire.send('garbage\r\n\r\n')
  expect((await wire.closed()).match(/HTTP\/1\.1/g)).toHaveLength(1)
  await slow.close(0)
})

test('the body of a refused request is not taken for the next request', async () => {
  const refusing = createServer(bind(), (req, res) => {
    seen.push(`${req.method} ${req.url}`)
    res.writeHead(401).end('no')
  })
  seen.length = 0
  const wire = await openWire((await refusing.listen()).port)
  wire.send(`POST / HTTP/1.1\r\n${host}Content-Length: ${hidden.length}\r\n\r\n`)
  await wire.until('no')
  wire.send(`${hidden}GET /next HTTP/1.1\r\n${host}\r\n`)
  await wire.until(/no[\s\S]*no/)
  expect(seen).toEqual(['POST /', 'GET /next'])
  wire.socket.destroy()
  await refusing.close(0)
})
