import type { Client } from '../client.ts'

/** A way to one server that carries messages in both directions for as long as it stands. */
export type Channel = {
  /**
   * Sends one message without line breaks.
   *
   * @param undelivered told later when the server did not take it after all
   * @returns false: it is not taken
   */
  send(line: string, client: Client | undefined, undelivered?: (detail: string) => void): boolean
  /** Settles when nothing of it is left. */
  stop(): Promise<void>
}

export type ChannelEvents = {
  /** One message of the server, as text. */
  message(text: string): void
  /** Once, when the channel has ended or could not be opened; a sentence without full stop. */
  gone(reason: string): void
}

/** @param client on whose behalf it is opened; undefined: for everybody */
export type OpenChannel = (client: Client | undefined, events: ChannelEvents) => Channel
