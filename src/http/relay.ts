import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import { errorText } from './error-text.ts'

/** Why no answer, or no whole answer, came from a backend. */
export type UpstreamFailure = {
  readonly kind: UpstreamFailureKind
  /** For logs: may name addresses of the inner network. */
  readonly detail: string
}

export type UpstreamFailureKind =
  /** No connection, or it broke. */
  | 'unreachable'
  /** The answer is no HTTP. */
  | 'invalid_response'
  | 'timeout'
  | 'overloaded'
  /** The client went away; there is nobody to answer. */
  | 'client_gone'

export type RelayHooks = {
  /** Final headers for the client, as a flat list of names and values. Throwing ends both sides. */
  readonly headersFor: (status: number, headers: IncomingHttpHeaders) => string[]
  /** Sees every chunk before the client does. */
  readonly onChunk?: ((chunk: Buffer) => void) | undefined
  /** The whole answer has been handed to the client's connection. */
  readonly onEnd?: (() => void) | undefined
  /**
   * Called at most once. With `res.headersSent` false the answer is still to be given; otherwise the connection to the client
   * has been broken, so that a half answer cannot pass for a whole one.
   */
  readonly onFailure: (failure: UpstreamFailure) => void
}

/**
 * Pipes the answer of a backend to a client: back-pressure both ways, either side's end ends the other.
 * One per request, given to `Upstreams.dispatch` as the handler. Informational answers are dropped except
 * 103 Early Hints. Content-Length and Transfer-Encoding of the client's side are node's business.
 */
export class ResponseRelay implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse
  readonly #hooks: RelayHooks
  #controller: Dispatcher.DispatchController | undefined
  #timer: NodeJS.Timeout | undefined
  #state: 'waiting' | 'started' | 'done' = 'waiting'
  /** An answer of unknown length that has just begun; all of it may have come in the packet that brought its head. */
  #begun: { readonly status: number; readonly headers: string[]; first?: Buffer } | undefined
  /** Content-Length of the answer. */
  #length: number | undefined

  /** `timeoutMs`: to the headers, and to the end of an answer that is no event stream. */
  constructor(res: ServerResponse, hooks: RelayHooks, timeoutMs?: number) {
    this.#res = res
    this.#hooks = hooks
    if (timeoutMs !== undefined) this.#timer = setTimeout(ResponseRelay.#expire, timeoutMs, this)
    if (res.destroyed) process.nextTick(ResponseRelay.#clientGone, this)
    else res.on('close', () => ResponseRelay.#clientGone(this))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#state === 'done') controller.abort(new Error('the exchange is over'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (this.#state !== 'waiting') return
    const res = this.#res
    if (status < 200) {
      const { link } = headers
      if (status === 103 && link !== undefined && res.req.httpVersion !== '1.0') {
        res.writeEarlyHints({ link })
      }
      return
    }
    const built = this.#hooks.headersFor(status, headers)
    this.#state = 'started'
    if (isEventStream(headers)) clearTimeout(this.#timer)
    const length = headers['content-length']
    if (length !== undefined || status === 304) res.writeHead(status, built)
    // undici takes a Content-Length for a lie here, where it tells the length of a body that is not sent.
    if (status === 304) this.onResponseEnd(controller, {})
    else if (length !== undefined) this.#length = Number(length)
    else {
      this.#begun = { status, headers: built }
      process.nextTick(ResponseRelay.#flush, this)
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#state !== 'started') return
    this.#hooks.onChunk?.(chunk)
    const begun = this.#begun
    if (begun !== undefined && begun.first === undefined) {
      begun.first = chunk
      return
    }
    this.#begin()
    if (chunk.length === this.#length) writeWhole(this.#res, chunk)
    else if (!this.#res.write(chunk)) {
      controller.pause()
      this.#res.once('drain', () => controller.resume())
    }
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    if (this.#state !== 'started') return
    const res = this.#res
    const { first, status = 0, headers = [] } = this.#begun ?? {}
    const safe = safeTrailers(trailers)
    if (first !== undefined && safe.length === 0) {
      this.#begun = undefined
      res.writeHead(status, [...headers, 'content-length', String(first.length)])
      writeWhole(res, first)
    }
    this.#begin()
    this.#finish()
    if (res.chunkedEncoding) res.addTrailers(safe)
    res.end()
    this.#hooks.onEnd?.()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail({ kind: failureKind(error), detail: errorText(error) })
  }

  #finish(): void {
    this.#state = 'done'
    clearTimeout(this.#timer)
  }

  #fail(failure: UpstreamFailure): void {
    if (this.#state === 'done') return
    this.#finish()
    if (this.#res.headersSent) this.#res.destroy()
    this.#hooks.onFailure(failure)
  }

  #abort(failure: UpstreamFailure): void {
    if (this.#state === 'done') return
    this.#fail(failure)
    this.#controller?.abort(new Error(failure.detail))
  }

  static #clientGone(relay: ResponseRelay): void {
    relay.#abort({ kind: 'client_gone', detail: 'the client closed the connection' })
  }

  static #expire(relay: ResponseRelay): void {
    relay.#abort({ kind: 'timeout', detail: 'the answer took longer than the route allows' })
  }

  /** Sends what was kept back, if anything was. */
  #begin(): void {
    const begun = this.#begun
    if (begun === undefined) return
    this.#begun = undefined
    this.#res.writeHead(begun.status, begun.headers)
    if (begun.first !== undefined) this.#res.write(begun.first)
  }

  static #flush(relay: ResponseRelay): void {
    const begun = relay.#begun
    if (relay.#state !== 'started' || begun === undefined) return
    try {
      relay.#begin()
      if (begun.first === undefined) relay.#res.flushHeaders()
    } catch (error) {
      relay.#abort({ kind: failureKind(error as Error), detail: errorText(error as Error) })
    }
  }
}

/**
 * Writes a body of one piece. As text it is joined with the head to one write to the socket, as bytes it would be a
 * second buffer; corked, so that node does not wait for more.
 */
function writeWhole(res: ServerResponse, body: Buffer): void {
  const { socket } = res
  socket?.cork()
  res.write(body.toString('latin1'), 'latin1')
  socket?.uncork()
}

function isEventStream(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('text/event-stream') === true
}

const framing =
  /^(?:content-length|transfer-encoding|content-encoding|content-type|content-range|host|set-cookie|trailer|te|connection|authorization|cache-control)$/

/** RFC 9110 §6.5.1: fields that frame or route a message, or decide who may see it, mean nothing in a trailer. */
function safeTrailers(trailers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(trailers).flatMap(([name, value]) =>
    framing.test(name) || value === undefined
      ? []
      : [value].flat().map((one): [string, string] => [name, one]),
  )
}

const kinds: Readonly<Record<string, UpstreamFailureKind>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'invalid_response',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'invalid_response',
  ERR_INVALID_CHAR: 'invalid_response',
  UPSTREAM_OVERLOADED: 'overloaded',
}

function failureKind(error: Error): UpstreamFailureKind {
  const code = 'code' in error ? String(error.code) : ''
  return kinds[code] ?? (error.name === 'HTTPParserError' ? 'invalid_response' : 'unreachable')
}
