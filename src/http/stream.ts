import type { Dispatcher } from 'undici'
import { errorText } from './error-text.ts'
import type { Upstreams } from './upstream.ts'

export type StreamRequest = {
  readonly origin: string
  /** With the query. */
  readonly path: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Longest silence: until the headers, and between two pieces of the body. */
  readonly silenceMs: number
}

export type StreamAnswer = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Can be read once; rejects when the connection breaks or is silent for too long. */
  readonly body: AsyncIterable<Buffer>
  /** Breaks off what is still to come. */
  readonly close: () => void
}

/**
 * An exchange whose answer is read as it arrives. Follows no redirect.
 *
 * Rejects when no answer begins; a reader that stops reading stops the sender (back-pressure).
 */
export function createStream(
  upstreams: Upstreams,
): (request: StreamRequest) => Promise<StreamAnswer> {
  return request =>
    new Promise((resolve, reject) => {
      const handler = new StreamHandler(request.silenceMs, resolve, reject)
      upstreams.dispatch(
        request.origin,
        {
          path: request.path,
          method: request.method,
          headers: { 'accept-encoding': 'identity', ...request.headers },
          body: request.body ?? null,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
        'streams',
      )
    })
}

/** That many pieces wait for the reader before the sender has to. */
const MOST_CHUNKS = 16

/** One exchange from its start to its end; the dispatcher writes into it, the reader iterates over it. */
class StreamHandler implements Dispatcher.DispatchHandler, AsyncIterable<Buffer> {
  readonly #silenceMs: number
  readonly #answer: (answer: StreamAnswer) => void
  readonly #refuse: (error: Error) => void
  #timer: NodeJS.Timeout | undefined
  #controller: Dispatcher.DispatchController | undefined
  #chunks: Buffer[] = []
  #end: { readonly error: Error | undefined } | undefined
  #wake: () => void = () => undefined

  constructor(
    silenceMs: number,
    answer: (answer: StreamAnswer) => void,
    refuse: (error: Error) => void,
  ) {
    this.#silenceMs = silenceMs
    this.#answer = answer
    this.#refuse = refuse
    this.#heard()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#end !== undefined) controller.abort(new Error('closed'))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // 1xx: the answer is still to come.
    if (status < 200) return
    this.#heard()
    const flat = Object.entries(headers).map(([name, value = '']) => [name, String(value)])
    const close = () => this.#finish(new Error('closed'))
    this.#answer({ status, headers: Object.fromEntries(flat), body: this, close })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#heard()
    // After a pause the parser may say again that it has nothing.
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    if (this.#chunks.length >= MOST_CHUNKS) controller.pause()
    this.#wake()
  }

  onResponseEnd(): void {
    this.#finish(undefined)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(error)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift()
        if (chunk !== undefined) {
          yield chunk
        } else if (this.#end !== undefined) {
          if (this.#end.error !== undefined) throw this.#end.error
          return
        } else {
          await new Promise<void>(wake => {
            this.#wake = wake
            // More may come before this returns.
            this.#controller?.resume()
          })
        }
      }
    } finally {
      this.#finish(new Error('closed'))
    }
  }

  #heard(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => this.#finish(new Error(`nothing was heard for ${this.#silenceMs} ms`)),
      this.#silenceMs,
    )
  }

  /** Counts once. Refusing after the answer has begun has no effect: the reader learns of the error. */
  #finish(error: Error | undefined): void {
    if (this.#end !== undefined) return
    clearTimeout(this.#timer)
    this.#end = { error: error && new Error(errorText(error), { cause: error }) }
    this.#refuse(this.#end.error ?? new Error('the connection ended without an answer'))
    if (error !== undefined) this.#controller?.abort(error)
    this.#wake()
  }
}
