import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { http, startFederation } from '../support/federation.ts'
import { post } from '../support/http.ts'
import { connectV1, names } from '../support/mcp-clients.ts'

/** A server that compresses what it may. */
let server: RecordingServer

beforeAll(async () => {
  server = await startRecordingServer(({ method: verb, headers, body }, response) => {
    if (verb !== 'POST') return void response.writeHead(405).end()
    const { id, method } = JSON.parse(body.toString()) as { id?: unknown; method: string }
    if (id === undefined) return void response.writeHead(202).end()
    const result =
      method === 'initialize'
        ? {
            protocolVersion: '2025-06-18',
            capabilities: { tools: {} },
            serverInfo: { name: 's', version: '1' },
          }
        : { tools: [{ name: 't', inputSchema: { type: 'object' } }] }
    const answer = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result }))
    const compressed = /gzip/.test(String(headers['accept-encoding']))
    response.writeHead(200, {
      'content-type': 'application/json',
      'mcp-session-id': 's',
      ...(compressed && { 'content-encoding': 'gzip' }),
    })
    response.end(compressed ? gzipSync(answer) : answer)
  })
})
afterAll(() => server.close())

describe.each([
  ['one server', () => [http('one', server.url)]],
  ['several', () => [http('one', server.url), http('two', server.url)]],
])('%s that compresses what it may', (_name, targets) => {
  test('an official client, which takes compressed answers, lists tools [CALL-11]', async () => {
    await using gateway = await startFederation(targets())
    const { client } = await connectV1(gateway.url)
    expect(names((await client.listTools()).tools).length).toBe(targets().length)
    await client.close()
  })

  test('and so does one that wants JSON and nothing else', async () => {
    await using gateway = await startFederation(targets())
    const headers = { accept: 'application/json', 'accept-encoding': 'gzip, br' }
    const answer = await post(gateway.url, jsonRpc('tools/list', '1'), headers)
    expect(answer.headers).not.toHaveProperty('content-encoding')
    expect(answer.json().result.tools).toHaveLength(targets().length)
  })
})
