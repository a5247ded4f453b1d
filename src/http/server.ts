import {
  createServer as createHttpServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Bind } from '../config/snapshot.ts'
import type { Told } from '../policy/limit-headers.ts'
import { answerOnSocket, onClientError, refusal, refuse } from './refusal.ts'
import { loadCertificates } from './tls.ts'

export type ServerLimits = {
  /** Bytes of request line and headers. */
  readonly headerBytes: number
  readonly headerCount: number
  /** For a client to send its headers, and its whole request. Answers may take as long as they like. */
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  /** Longer than the idle time of usual load balancers (60 s), so that they close first. */
  readonly keepAliveMs: number
  /** Requests of one connection that wait for the answers of earlier ones. */
  readonly pipelined: number
}

export const serverLimits: ServerLimits = Object.freeze({
  headerBytes: 65_536,
  headerCount: 128,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 300_000,
  keepAliveMs: 75_000,
  pipelined: 32,
})

/** One listening port. */
export type EdgeServer = {
  /** Rejects with one sentence when the port cannot be had. `port` is the real one where the bind says 0. */
  readonly listen: () => Promise<{ readonly port: number }>
  /**
   * Takes over listeners and certificates for new connections and lets the old ones live. False: the change
   * needs a new server (another port or address, TLS switched on or off, client certificates asked for or
   * no longer). Throws when a certificate cannot be used; the old ones then stay.
   */
  readonly update: (bind: Bind) => boolean
  /** Stops accepting, lets running requests end, breaks what still runs after `deadlineMs`. */
  readonly close: (deadlineMs: number) => Promise<void>
}

/**
 * An HTTP/1.1 server for one bind, HTTPS when its listeners have certificates. `handler` gets every request
 * that is well formed; it has to call `acceptBody` before it reads a body. WebSocket handshakes, CONNECT, TRACE
 * and what the parser refuses (RFC 9112: both lengths, obs-fold, bare CR …) are answered here. Other upgrades (h2c, which
 * Java offers with its first request) are ignored, as RFC 9110 §7.8 lets us. Host and path are the handler's, but for the one
 * question whether a TLS connection was made for that host (421).
 */
export function createServer(
  bind: Bind,
  handler: RequestListener,
  limits: Partial<ServerLimits> = {},
): EdgeServer {
  const limit: ServerLimits = { ...serverLimits, ...limits }
  let current = bind
  let certificates = loadCertificates(bind)
  let draining = false
  const pipelined = new WeakMap<Socket, number>()

  class EdgeResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
    /** Of a limit that the request counted against. */
    told: Told | undefined = undefined

    override writeHead(status: number, reason?: Reason, headers?: HeaderList): this {
      // Connection: close on every answer of a draining server, also where the request came before.
      if (draining) this.shouldKeepAlive = false
      if (this.told === undefined) return super.writeHead(status, reason as string, headers)
      const [text, list] = typeof reason === 'string' ? [reason, headers] : [undefined, reason]
      return super.writeHead(status, text, withTold(list, this.told.headers))
    }
  }

  const onRequest: RequestListener = (req, res) => {
    const refused = refusal(req, limit.headerCount, certificates)
    if (refused !== undefined) return refuse(res, ...refused)
    // Only a pipelined request has no socket yet.
    if (res.socket === null && !queue(req.socket, res, pipelined, limit.pipelined)) return
    handler(req, res)
  }

  const options: ServerOptions<typeof IncomingMessage, typeof EdgeResponse> = {
    ServerResponse: EdgeResponse,
    maxHeaderSize: limit.headerBytes,
    headersTimeout: limit.headersTimeoutMs,
    requestTimeout: limit.requestTimeoutMs,
    keepAliveTimeout: limit.keepAliveMs,
    connectionsCheckingInterval: Math.min(5_000, limit.headersTimeoutMs),
    insecureHTTPParser: false,
    // node drops a second Authorization without a word; joined, it can be seen and refused.
    joinDuplicateHeaders: true,
    requireHostHeader: true,
    noDelay: true,
  }
  const server: Server =
    certificates === undefined
      ? createHttpServer(options, onRequest)
      : createHttpsServer(
          {
            ...options,
            ...certificates.fallback,
            requestCert: certificates.asksClients,
            // Which listener wants a certificate is known after the handshake: `admits`.
            rejectUnauthorized: false,
            ALPNProtocols: ['http/1.1'],
            handshakeTimeout: limit.headersTimeoutMs,
            SNICallback(name, done) {
              const context = certificates?.contextOf(name)
              if (context === undefined) done(new Error(`no listener is called ${name}`))
              else done(null, context)
            },
          },
          onRequest,
        )

  // One more than allowed: node cuts the list without a word, and a cut list has to be seen.
  server.maxHeadersCount = limit.headerCount + 1
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    res.shouldKeepAlive = false
    onRequest(req, res)
  })
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => {
    answerOnSocket(socket, 405, 'CONNECT is not supported')
  })
  server.on('clientError', onClientError)
  server.on('secureConnection', (socket: TLSSocket) => {
    if (certificates?.admits(socket) !== true) socket.destroy()
  })

  return {
    listen: () => listen(server, current),
    update(next) {
      const fresh = loadCertificates(next)
      if (
        next.port !== current.port ||
        next.address !== current.address ||
        (fresh === undefined) !== (certificates === undefined) ||
        fresh?.asksClients !== certificates?.asksClients
      ) {
        return false
      }
      if (fresh !== undefined) (server as HttpsServer).setSecureContext(fresh.fallback)
      certificates = fresh
      current = next
      return true
    },
    close(deadlineMs) {
      draining = true
      return drain(server, deadlineMs)
    },
  }
}

type HeaderList = OutgoingHttpHeaders | OutgoingHttpHeader[]
type Reason = string | HeaderList

/** One list of names and values; what the answer says itself comes before what is told. */
function withTold(given: HeaderList = [], told: readonly string[]): OutgoingHttpHeader[] {
  const list = Array.isArray(given)
    ? [...given]
    : Object.entries(given).flatMap(([name, value = '']) => [name, value])
  if (list.includes('ratelimit')) return list
  for (const item of told) list.push(item)
  return list
}

/** Counts a pipelined request; false: the connection had too many and is gone. */
function queue(
  socket: Socket,
  res: ServerResponse,
  waiting: WeakMap<Socket, number>,
  limit: number,
): boolean {
  const count = (waiting.get(socket) ?? 0) + 1
  if (count > limit) {
    socket.destroy()
    return false
  }
  waiting.set(socket, count)
  res.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
  return true
}

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'may not be used by this user',
  EADDRNOTAVAIL: 'is no address of this machine',
  ENOTFOUND: 'is no known host name',
}

function listen(server: Server, { port, address }: Bind): Promise<{ readonly port: number }> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const where = address === undefined ? `port ${port}` : `${address} port ${port}`
      const why = listenFailures[cause.code ?? ''] ?? `cannot be used: ${cause.message}`
      reject(new Error(`cannot listen: ${where} ${why}`, { cause }))
    }
    server.once('error', onError)
    server.listen({ port, ...(address !== undefined && { host: address }) }, () => {
      server.off('error', onError)
      const bound = server.address()
      resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : port })
    })
  })
}

function drain(server: Server, deadlineMs: number): Promise<void> {
  return new Promise(resolve => {
    // Connections that become idle later are not closed by close() itself.
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(deadline)
      resolve()
    })
  })
}
