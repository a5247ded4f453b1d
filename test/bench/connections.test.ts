import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Connection, message } from '../../bench/connection.ts'
import { echo, firstNumber, modern, numbered } from '../../bench/requests.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

const megabyte = 1024 * 1024
const call = modern({ path: '/mcp', method: 'tools/call', params: echo() })
const longCall = modern({ path: '/mcp', method: 'tools/call', params: echo('long') })

let server: Server
let connections: number
/** Bytes of the long result that were handed to the connection. */
let written: number
let gateway: TestGateway

beforeEach(async () => {
  connections = 0
  written = 0
  server = createServer((request, response) => {
    request.resume().once('end', () => {
      if (request.headers['mcp-name'] === 'long') return sendLong(response)
      const text = '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}'
      response.writeHead(200, { 'content-type': 'application/json' }).end(text)
    })
  })
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  gateway = await startTestGateway(
    configuration([{ backend: httpTarget(`http://127.0.0.1:${port}/mcp`) }]),
  )
})
afterEach(async () => {
  await gateway.stop()
  server.closeAllConnections()
  server.close()
})

const total = 256 * megabyte

/** A result that never waits in this process: the next piece is made when the last one is gone. */
function sendLong(response: ServerResponse): void {
  const piece = Buffer.alloc(megabyte, 'x')
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': total })
  const send = (): void => {
    while (written < total) {
      written += piece.length
      if (!response.write(piece)) return void response.once('drain', send)
    }
    response.end()
  }
  send()
}

const port = (): number => Number(new URL(gateway.url).port)

async function callTimes(connection: Connection, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const answer = await connection.send(numbered(call, firstNumber + index))
    expect(message(answer).result).toBeDefined()
  }
}

test('sixteen clients need sixteen connections, however often they call [SPEED-2]', async () => {
  const clients = await Promise.all(Array.from({ length: 16 }, () => Connection.open(port())))
  await Promise.all(clients.map(client => callTimes(client, 50)))
  for (const client of clients) client.close()
  expect(connections).toBeGreaterThan(0)
  expect(connections).toBeLessThanOrEqual(16)
})

test('a client that does not read stops the server that answers it [SPEED-3]', async () => {
  const slow = connect(port(), '127.0.0.1')
  slow.write(numbered(longCall, firstNumber))
  await once(slow, 'readable')
  // As long as the gateway takes anything, it does so between two of these calls.
  const other = await Connection.open(port())
  let still = 0
  for (let before = -1; still < 5; before = written) {
    await callTimes(other, 20)
    still = written === before ? still + 1 : 0
  }
  other.close()
  expect(written).toBeLessThan(total / 4)

  let received = 0
  slow.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > total) slow.destroy()
  })
  await once(slow, 'close')
  expect(received).toBeGreaterThan(total)
})
