import type { Client } from '../client.ts'
import type { Exchange } from '../connection.ts'
import { type EventStream, openEventStream } from '../event-stream.ts'

/** The event stream of a GET; it is opened when the first target has opened its own. */
export function standingAnswer(
  client: Client,
  keepAliveMs: number,
): { readonly exchange: Exchange; gone(stop: () => void): void } {
  const { response } = client
  let stream: EventStream | undefined
  const opened = (): EventStream => {
    if (stream !== undefined) return stream
    stream = openEventStream(
      response,
      { 'mcp-session-id': String(response.req.headers['mcp-session-id']) },
      keepAliveMs,
    )
    client.streaming()
    return stream
  }
  return {
    gone(stop) {
      if (response.destroyed) stop()
      else response.once('close', stop)
    },
    exchange: {
      message: (text, _message, eventId) => opened().send(text, eventId),
      checkpoint: (eventId, retryMs) => opened().checkpoint(eventId, retryMs),
      answer(text, _message, eventId) {
        opened().send(text, eventId)
        opened().end()
      },
      end: () => opened().end(),
      fail(failure) {
        if (stream === undefined) client.fail(failure)
        else stream.end()
      },
    },
  }
}
