import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/**
 * A request body on its way to a backend, with back-pressure. The HTTP client destroys the stream that
 * it was given when the backend fails or answers early; destroying the request itself would take the
 * client's connection, and the answer, with it.
 */
export class RequestBody extends Readable {
  readonly #req: IncomingMessage

  constructor(req: IncomingMessage) {
    super()
    this.#req = req
    req.on('data', this.#onData).on('end', this.#onEnd)
    req.on('error', this.#onAbort).on('close', this.#onAbort)
    req.pause()
  }

  override _read(): void {
    this.#req.resume()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const req = this.#req
    req.off('data', this.#onData).off('end', this.#onEnd)
    req.off('error', this.#onAbort).off('close', this.#onAbort)
    req.pause()
    callback(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#req.pause()
  }

  readonly #onEnd = (): void => {
    this.push(null)
  }

  readonly #onAbort = (): void => {
    if (!this.#req.complete) this.destroy(new Error('the client closed the connection'))
  }
}
