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

function contentLength(headers: readonly string[]): string | undefined {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]?.length === 14 && headers[at]?.toLowerCase() === 'content-length')
      return headers[at + 1]
  }
  return undefined
}

/**
 * Thousands of instructions per call, user and kernel, of the ways that were tried (one interleaved run
 * on node 20): headers and chunks written as they come 205; a chunk that is the whole body kept back for
 * `end` 199; written under a cork of its own 199; the same as a string, which node joins with the
 * head to a single write, 195. In another run the newer callbacks of undici, which parse the headers into an
 * object, were within 2 % of these older ones, and handing on the request's body as a stream cost 5 % more.
 */
function answer(response: ServerResponse): Dispatcher.DispatchHandler {
  let length: string | undefined
  return {
    onConnect() {},
    onHeaders(status, raw, resume) {
      // What `write` refuses is asked for again once the client has taken the rest.
      response.on('drain', resume)
      const headers = without(answerHeaders, raw)
      length = contentLength(headers)
      response.writeHead(status, headers)
      return true
    },
    onData(chunk) {
      const { socket } = response
      if (socket === null || String(chunk.length) !== length) return response.write(chunk)
      socket.cork()
      response.write(chunk.toString('latin1'), 'latin1')
      socket.uncork()
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
