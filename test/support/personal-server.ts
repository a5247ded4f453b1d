import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'

/**
 * A server of both eras that offers each caller tools of their own. A call answers with the name of its
 * tool, which it takes from the body alone.
 *
 * @param toolsOf gets the `Authorization` of the request
 */
export function startPersonalServer(
  toolsOf: (authorization: string | undefined) => readonly string[],
): Promise<RecordingServer> {
  let sessions = 0
  return startRecordingServer(({ method: verb, headers, body }, response) => {
    if (verb !== 'POST') return void response.writeHead(405).end()
    const { id, method, params = {} } = JSON.parse(body.toString()) as Message
    if (id === undefined) return void response.writeHead(202).end()
    const isModern = params._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined
    const tools = toolsOf(headers.authorization)
    const more = isModern
      ? { resultType: 'complete', ttlMs: 60_000, cacheScope: 'private' }
      : { _meta: { session: headers['mcp-session-id'] } }
    const results: Readonly<Record<string, object | undefined>> = {
      initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: INFO },
      'server/discover': { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
      'tools/list': { tools: tools.map(name => ({ name, inputSchema: { type: 'object' } })) },
      'tools/call': tools.includes(params.name ?? '')
        ? { content: [{ type: 'text', text: params.name }] }
        : undefined,
    }
    const result = results[method]
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(method === 'initialize' && { 'mcp-session-id': `personal-${++sessions}` }),
    })
    response.end(
      JSON.stringify({
        jsonrpc: '2.0',
        id,
        ...(result === undefined
          ? { error: { code: -32602, message: `Unknown tool: ${params.name}` } }
          : { result: { ...result, ...more } }),
      }),
    )
  })
}

const INFO = { name: 'personal', version: '1' }

type Message = {
  readonly id?: string | number
  readonly method: string
  readonly params?: {
    readonly name?: string
    readonly _meta?: Readonly<Record<string, unknown>>
  }
}
