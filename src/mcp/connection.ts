import type { CallFailure } from './failure.ts'
import type { Message } from './message.ts'

/**
 * One channel to one target that carries messages both ways: a child process, or one upstream session
 * over HTTP. It maps ids and progress tokens, so callers may use whatever ids their clients chose.
 */
export type Connection = {
  /**
   * Sends a request. Everything that belongs to it comes to the exchange.
   *
   * @param text the request as JSON text; `message` is the same, parsed
   * @returns cancels the request: the target is told, and nothing more comes to the exchange
   */
  request(text: string, message: Message, exchange: Exchange): () => void
  /** Sends a notification. */
  notify(text: string, message: Message): void
  /**
   * Sends the client's answer to a request of the server.
   *
   * @returns false when the server has not asked this: the answer goes nowhere
   */
  respond(text: string, message: Message): boolean
}

/** Where the outcome of one request goes. After `answer`, `end` or `fail` nothing more comes. */
export type Exchange = {
  /**
   * A notification or a request of the server that came before the answer.
   *
   * @returns false when the client cannot take it
   */
  message(text: string, message: Message): boolean
  /** The answer, with the id that the request had. */
  answer(text: string, message: Message): void
  /** The server ended the exchange without an answer, as with a subscription that it closes. */
  end(): void
  /** No answer will come. */
  fail(failure: CallFailure): void
}
