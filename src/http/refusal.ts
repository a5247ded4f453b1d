import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { requestTarget } from './target.ts'
import type { Certificates } from './tls.ts'

/** What the server answers itself, before any configuration is asked. */
export type Refusal = readonly [status: number, sentence: string]

/** Why a well-formed request goes no further; undefined: it does. */
export function refusal(
  req: IncomingMessage,
  headerCount: number,
  certificates: Certificates | undefined,
): Refusal | undefined {
  const { headers, method } = req
  if (req.rawHeaders.length > headerCount * 2) {
    return [431, `the request has more than ${headerCount} headers`]
  }
  if (headers.upgrade !== undefined && /\bwebsocket\b/i.test(headers.upgrade)) {
    return [501, 'WebSocket is not supported']
  }
  if (method === 'TRACE') return [405, 'TRACE is not supported']
  if (certificates?.asksClients === true) {
    const target = requestTarget(req)
    // A target that cannot be read is the handler's to refuse.
    if (typeof target !== 'string' && !certificates.serves(req.socket as TLSSocket, target.host)) {
      return [421, 'this connection was not made for that host']
    }
  }
  return undefined
}

/** Answers with a refusal and closes the connection. */
export function refuse(res: ServerResponse, status: number, sentence: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  res.end(`${sentence}\n`)
}

const parserAnswers: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: [431, 'the request headers are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long to arrive'],
}

const invalidRequest: Refusal = [400, 'the request is not valid HTTP/1.1']

/** For the `clientError` event: what the parser refuses, or a client that took too long. */
export function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const code = error.code ?? ''
  // An answer that is under way must not get another one into its middle; node's own handler looks at the
  // same private field, and nothing public tells.
  const running = (socket as { _httpMessage?: ServerResponse | null })._httpMessage
  // Everything else is a broken connection or a TLS handshake: nobody there to read an answer.
  const isHttp = code.startsWith('HPE_') || code.startsWith('ERR_HTTP_')
  if (!isHttp || !socket.writable || running?.headersSent === true) {
    socket.destroy()
    return
  }
  answerOnSocket(socket, ...(parserAnswers[code] ?? invalidRequest))
}

/** Writes an answer where there is no ServerResponse, and closes. */
export function answerOnSocket(socket: Duplex, status: number, sentence: string): void {
  const body = `${sentence}\n`
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    () => socket.destroy(),
  )
}
