/**
 * A raw MCP server without any SDK: JSON-RPC by hand on node:http, both eras, as cheap as node allows,
 * so that the benchmark measures the gateway and not the server behind it.
 *
 *   node upstream.js PORTS [FIRST]   listens on PORTS free ports of 127.0.0.1, the first of them FIRST
 *                                    where that is given, and prints them in one line of JSON
 *   node upstream.js stdio           speaks on standard input and output
 *
 * One tool, `echo {text, fill?, delay?}`: answers `text` and `fill` more characters, after `delay`
 * milliseconds. `POST /mcp` answers JSON, `POST /sse` the same as an event stream, `GET` opens a
 * stream that stays silent, `GET /counts` tells how many connections and calls there have been, and below
 * `/issuer` lies the metadata of an identity provider.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'

type Call = {
  readonly id?: number | string
  readonly method?: string
  readonly params?: {
    readonly protocolVersion?: string
    readonly _meta?: object
    readonly arguments?: { readonly text?: string; readonly fill?: number; readonly delay?: number }
  }
}

const modernVersion = '2026-07-28'
const serverInfo = { name: 'bench-upstream', version: '1.0.0' }
const capabilities = { tools: {} }
const tools = [
  {
    name: 'echo',
    description: 'Answers what it was given.',
    inputSchema: {
      type: 'object',
      properties: { text: { type: 'string' }, fill: { type: 'integer' } },
      required: ['text'],
    },
  },
]

/** Results by method; what is not here is answered with an empty result. */
const results: Readonly<Record<string, (call: Call) => object>> = {
  initialize: call => ({
    protocolVersion: call.params?.protocolVersion,
    capabilities,
    serverInfo,
  }),
  'server/discover': () => ({
    resultType: 'complete',
    supportedVersions: [modernVersion],
    capabilities,
    _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo },
    ttlMs: 60_000,
    cacheScope: 'public',
  }),
  'tools/list': call => ({ ...complete(call), tools, ...fresh(call) }),
  'tools/call': call => {
    const { text = '', fill = 0 } = call.params?.arguments ?? {}
    return { ...complete(call), content: [{ type: 'text', text: text + 'x'.repeat(fill) }] }
  },
}

const isModern = (call: Call): boolean => call.params?._meta !== undefined
const complete = (call: Call): object => (isModern(call) ? { resultType: 'complete' } : {})
const fresh = (call: Call): object =>
  isModern(call) ? { ttlMs: 60_000, cacheScope: 'public' } : {}

function answerTo(call: Call): string {
  const result = results[call.method ?? '']?.(call) ?? complete(call)
  return JSON.stringify({ jsonrpc: '2.0', id: call.id, result })
}

/**
 * Of a long body only the head is looked at: parsing megabytes here would make this server the
 * bottleneck of the rows that move megabytes.
 */
function parse(chunks: readonly Buffer[]): Call {
  const [first = Buffer.of()] = chunks
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (length <= 256 * 1024) {
    return JSON.parse((chunks.length === 1 ? first : Buffer.concat(chunks)).toString()) as Call
  }
  const head = first.toString('latin1', 0, 2048)
  const member = (name: string): string | undefined =>
    new RegExp(`"${name}":(?:"([^"]*)"|(\\d+))`).exec(head)?.slice(1).find(Boolean)
  const text = member('text') ?? ''
  return {
    id: Number(member('id')),
    method: 'tools/call',
    params: { _meta: {}, arguments: { text } },
  }
}

function send(response: ServerResponse, call: Call, path: string, session: string[]): void {
  if (call.id === undefined || call.method === undefined) {
    response.writeHead(202, ['Content-Length', '0']).end()
    return
  }
  const events = path.endsWith('/sse')
  const text = events ? `event: message\ndata: ${answerTo(call)}\n\n` : answerTo(call)
  const type = events ? 'text/event-stream' : 'application/json'
  // An event stream has no length.
  const length = events ? [] : ['Content-Length', String(Buffer.byteLength(text))]
  response.writeHead(200, ['Content-Type', type, ...length, ...session]).end(text)
}

function sendJson(response: ServerResponse, value: object): void {
  const text = JSON.stringify(value)
  const length = String(text.length)
  response.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', length]).end(text)
}

/** OpenID Connect Discovery 1.0 §3, as much of it as a relay asks for. */
function providerMetadata(issuer: string): object {
  const endpoint = (name: string): string => `${issuer}/protocol/openid-connect/${name}`
  return {
    issuer,
    authorization_endpoint: endpoint('auth'),
    token_endpoint: endpoint('token'),
    jwks_uri: endpoint('certs'),
    registration_endpoint: `${issuer}/clients-registrations/openid-connect`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'mcp:read'],
  }
}

function openStream(response: ServerResponse, first: string): void {
  response.writeHead(200, ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-cache'])
  response.write(first)
}

function acknowledge(call: Call): string {
  const params = {
    _meta: { 'io.modelcontextprotocol/subscriptionId': call.id },
    notifications: {},
  }
  const method = 'notifications/subscriptions/acknowledged'
  return `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', method, params })}\n\n`
}

/** Connections and calls are counted over all ports. */
async function serve(count: number, first: number): Promise<void> {
  const counts = { connections: 0, calls: 0 }
  const sessions = new Set<string>()

  function receive(request: IncomingMessage, response: ServerResponse, call: Call): void {
    const path = request.url ?? ''
    const { method } = call
    if (method === 'initialize') {
      const id = randomUUID()
      sessions.add(id)
      send(response, call, path, ['Mcp-Session-Id', id])
      return
    }
    const session = request.headers['mcp-session-id']
    if (session !== undefined && !sessions.has(String(session))) {
      response.writeHead(404, ['Content-Length', '0']).end()
      return
    }
    if (method === 'subscriptions/listen') {
      openStream(response, acknowledge(call))
      return
    }
    counts.calls++
    const delay = call.params?.arguments?.delay
    if (delay === undefined) send(response, call, path, [])
    else setTimeout(send, delay, response, call, path, [])
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const { url = '' } = request
    if (request.method === 'GET' && url === '/counts') {
      // Who asks comes with a connection of its own.
      counts.connections--
      sendJson(response, counts)
    } else if (request.method === 'GET' && url.includes('/.well-known/')) {
      sendJson(response, providerMetadata(`http://${request.headers.host}/issuer`))
    } else if (request.method === 'GET') {
      openStream(response, ': open\n\n')
    } else if (request.method === 'DELETE') {
      sessions.delete(String(request.headers['mcp-session-id']))
      response.writeHead(200, ['Content-Length', '0']).end()
    } else {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => receive(request, response, parse(chunks)))
    }
  }

  const ports = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const server = createServer({ keepAliveTimeout: 0 }, handle)
      server.on('connection', () => counts.connections++)
      await new Promise<void>(listening =>
        server.listen(index === 0 ? first : 0, '127.0.0.1', 4096, listening),
      )
      return (server.address() as AddressInfo).port
    }),
  )
  process.stdout.write(`${JSON.stringify({ ports })}\n`)
}

function speak(): void {
  createInterface({ input: process.stdin }).on('line', line => {
    const call = JSON.parse(line) as Call
    if (call.id !== undefined && call.method !== undefined)
      process.stdout.write(`${answerTo(call)}\n`)
  })
}

const [mode = '1', first = '0'] = process.argv.slice(2)
if (mode === 'stdio') speak()
else await serve(Number(mode), Number(first))
