import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { type ModernHttpServer, startModernHttpServer } from '../fixtures/modern-http-server.ts'
import { program } from '../fixtures/program.ts'
import { startRecordingServer } from '../fixtures/recording-server.ts'
import { http, startFederation, stdio } from '../support/federation.ts'
import type { TestGateway } from '../support/gateway.ts'
import { connectV1 } from '../support/mcp-clients.ts'
import { ERAS } from '../support/requests.ts'

let old: LegacyHttpServer
let modern: ModernHttpServer
let gateway: TestGateway

beforeAll(async () => {
  old = await startLegacyHttpServer('old')
  modern = await startModernHttpServer('new')
  gateway = await startFederation([
    http('old', old.url),
    http('new', modern.url),
    stdio('child', program('stdio-server')),
  ])
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([old.close(), modern.close()])
})

describe('a server that asks the user [FED-9]', () => {
  test.each(['decline', 'cancel'] as const)('hears: %s', async action => {
    const { client } = await connectV1(gateway.url, {
      prepare: (one: Client) => one.setRequestHandler(ElicitRequestSchema, () => ({ action })),
    })
    const { content } = await client.callTool({ name: 'old_ask' })
    expect(content).toEqual([{ type: 'text', text: JSON.stringify({ action }) }])
    await client.close()
  })

  test('of a client that cannot be asked has a tool that says so', async () => {
    const { client } = await connectV1(gateway.url, { capabilities: {} })
    expect(await client.callTool({ name: 'old_ask' })).toMatchObject({ isError: true })
    expect(
      await client.callTool({ name: 'old_echo', arguments: { message: 'still here' } }),
    ).toMatchObject({ content: [{ text: 'still here' }] })
    await client.close()
  })
})

test('a server of the stateless era that sends a request on its own spoils no answer [ERA-6]', async () => {
  const asking = await startRecordingServer(({ body }, response) => {
    const { id, method } = JSON.parse(body.toString()) as { id: unknown; method: string }
    const result =
      method === 'server/discover'
        ? { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
        : { resultType: 'complete', content: [{ type: 'text', text: 'done' }] }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (method === 'tools/call')
      response.write('data: {"jsonrpc":"2.0","id":"q","method":"ping"}\n\n')
    response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`)
  })
  onTestFinished(asking.close)
  await using own = await startFederation([http('asking', asking.url), http('new', modern.url)])
  const answer = await ERAS.modern(own.url, 'tools/call', { name: 'asking_x' })
  expect(answer.body).toContain('"text":"done"')
  expect(answer.body).not.toContain('ping')
})
