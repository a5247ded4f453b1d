/**
 * The yardstick: the least that a proxy in node can do, a bare node:http server in front of an undici
 * `Pool.dispatch`. It knows nothing of MCP or tokens; whatever the gateway costs more is what the
 * gateway adds.
 *
 *   node yardstick.js http://127.0.0.1:PORT      prints one line of JSON with its own port
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Dispatcher, Pool } from 'undici'

const [target = ''] = process.argv.slice(2)
const pool = new Pool(target, { connections: 128, headersTimeout: 0, bodyTimeout: 0 })

/** Headers of one connection (RFC 9110 §7.6.1), and those that the client below writes by itself. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const answerHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding'])

function without(names: ReadonlySet<string>, raw: readonly (string | Buffer)[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const name = String(raw[at])
    if (!names.has(name.toLowerCase())) kept.push(name, String(raw[at + 1]))
  }
  return kept
}

/** The callbacks of undici that hand over headers as they came; the newer ones parse them into an object. */
function answer(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onConnect() {},
    onHeaders(status, headers) {
      response.writeHead(status, without(answerHeaders, headers))
      return true
    },
    onData(chunk) {
      response.write(chunk)
      return true
    },
    onComplete() {
      response.end()
    },
    onError(error) {
      response.destroy(error)
    },
  }
}

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { url: path = '/', method = 'GET', rawHeaders } = request
    const body = chunks.length > 1 ? Buffer.concat(chunks) : (chunks[0] ?? null)
    const headers = without(ownHeaders, rawHeaders)
    pool.dispatch(
      { path, method: method as Dispatcher.HttpMethod, headers, body },
      answer(response),
    )
  })
})

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
})
