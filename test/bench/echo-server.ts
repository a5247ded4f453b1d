import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

const serverInfo = { name: 'e', version: '1' }
const capabilities = { tools: {} }
const tools = [{ name: 'echo', inputSchema: { type: 'object' } }]
const answers: Readonly<Record<string, object>> = {
  initialize: { protocolVersion: '2025-11-25', capabilities, serverInfo },
  'server/discover': { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities },
  'tools/list': { resultType: 'complete', tools },
}

/** An MCP server that knows both eras and one tool; answers below `/sse` are event streams. */
export async function startEchoServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer(async (request, response) => {
    const { id, method } = (await json(request)) as { id?: number; method: string }
    if (id === undefined) {
      response.writeHead(202).end()
      return
    }
    const result = answers[method] ?? { content: [{ type: 'text', text: `e${id}` }] }
    const text = JSON.stringify({ jsonrpc: '2.0', id, result })
    const isStream = request.url?.startsWith('/sse') === true
    const body = isStream ? `event: message\ndata: ${text}\n\n` : text
    response.writeHead(200, {
      'content-type': isStream ? 'text/event-stream' : 'application/json',
      ...(isStream ? {} : { 'content-length': Buffer.byteLength(body) }),
      ...(method === 'initialize' ? { 'mcp-session-id': 'one' } : {}),
    })
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
