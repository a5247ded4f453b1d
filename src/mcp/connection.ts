import type { Client } from './client.ts'
import type { CallFailure } from './failure.ts'
import type { Message } from './message.ts'

/** One message on its way to a target. */
export type Outgoing = {
  /** JSON text of the message, as the target is to see it. */
  readonly text: string
  /** Empty for responses. */
  readonly method: string
  /** Tool or prompt name, URI or task id as it stands in the text; undefined where the method has none. */
  readonly name?: string | undefined
  /** On whose behalf. */
  readonly client: Client
}

/**
 * One channel to one target that carries messages both ways: a child process, or one stream of the old
 * HTTP+SSE transport. It maps ids and progress tokens, so callers may use whatever ids their clients chose.
 */
export type Connection = {
  /**
   * Sends a request. Everything that belongs to it comes to the exchange.
   *
   * @returns cancels the request: the target is told, and nothing more comes to the exchange
   */
  request(outgoing: Outgoing, exchange: Exchange): () => void
  /** Sends a notification. */
  notify(outgoing: Outgoing): void
  /**
   * Sends the client's answer to a request of the server.
   *
   * @returns false when the server has not asked this: the answer goes nowhere
   */
  respond(outgoing: Outgoing): boolean
}

/** Where the outcome of one request goes. After `answer`, `end` or `fail` nothing more comes. */
export type Exchange = {
  /**
   * A notification or a request of the server that came before the answer.
   *
   * @param eventId from which the stream can be taken up again after this message
   * @returns false when the client cannot take it; a request is then refused in the client's name
   */
  message(text: string, message: Message, eventId?: string): boolean
  /**
   * The stream stands, and can be taken up again from here. Where this is missing, streams that the
   * target closes before their answer are taken up again by whoever reads them.
   *
   * @param retryMs how long the client is to wait before it does
   */
  checkpoint?(eventId: string | undefined, retryMs: number | undefined): void
  /** The answer, with the id that the request had. */
  answer(text: string, message: Message, eventId?: string): void
  /** The server ended the exchange without an answer, as with a subscription that it closes. */
  end(): void
  /** No answer will come. */
  fail(failure: CallFailure): void
}
