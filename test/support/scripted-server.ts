import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'

/**
 * A server of 2025 whose results are JSON texts that a test writes, so that nothing between them and the
 * client is rounded, sorted or dropped on the test's own side.
 *
 * @param results by method; the parameters are given as text
 */
export function startScriptedServer(
  capabilities: string,
  results: Readonly<Record<string, (params: string, parsed: Record<string, unknown>) => string>>,
): Promise<RecordingServer> {
  return startRecordingServer(({ method: verb, body }, response) => {
    if (verb !== 'POST') return void response.writeHead(405).end()
    const text = body.toString()
    const message = JSON.parse(text) as {
      id?: unknown
      method: string
      params?: Record<string, unknown>
    }
    const id = /"id":\s*(-?[\d.]+|"(?:[^"\\]|\\.)*")/.exec(text)?.[1]
    if (message.id === undefined || id === undefined) return void response.writeHead(202).end()
    const { method, params = {} } = message
    const result =
      method === 'initialize'
        ? `{"protocolVersion":"2025-06-18","capabilities":${capabilities},"serverInfo":{"name":"scripted","version":"1"}}`
        : results[method]?.(text.slice(text.indexOf('"params":') + 9, -1), params)
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(method === 'initialize' && { 'mcp-session-id': 'scripted' }),
    })
    response.end(
      result === undefined
        ? `{"jsonrpc":"2.0","id":${id},"error":{"code":-32601,"message":"There is no ${method}"}}`
        : `{"jsonrpc":"2.0","id":${id},"result":${result}}`,
    )
  })
}
