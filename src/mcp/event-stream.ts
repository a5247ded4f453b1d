import type { ServerResponse } from 'node:http'
import { checkpointFrame, frame, KEEP_ALIVE, oneLine } from './sse.ts'

/** An open event stream to a client. */
export type EventStream = {
  /**
   * One JSON-RPC message.
   *
   * @returns false: the client is gone, or does not read and was cut off
   */
  send(message: string, eventId?: string): boolean
  /** An event without message, from which the client may take the stream up again. */
  checkpoint(eventId: string | undefined, retryMs: number | undefined): void
  end(): void
}

/** What a client that does not read may leave in our memory before it is cut off. */
const MAX_UNREAD = 16 * 1024 * 1024

/**
 * Starts an event stream as the answer.
 *
 * @param keepAliveMs silence after which a comment is sent
 */
export function openEventStream(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  keepAliveMs: number,
): EventStream {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    // Spec 2026-07-28, basic/transports/streamable-http#receiving-messages: nginx would buffer.
    'x-accel-buffering': 'no',
    ...headers,
  })
  response.flushHeaders()
  const timer = setInterval(() => write(KEEP_ALIVE), keepAliveMs)
  response.once('close', () => clearInterval(timer))

  const write = (text: string): boolean => {
    if (response.destroyed || response.writableEnded) return false
    if (response.writableLength > MAX_UNREAD) {
      response.destroy()
      return false
    }
    response.write(text)
    timer.refresh()
    return true
  }

  return {
    send: (message, eventId) => write(frame(oneLine(message), eventId)),
    checkpoint(eventId, retryMs) {
      if (eventId !== undefined || retryMs !== undefined) write(checkpointFrame(eventId, retryMs))
    },
    end() {
      clearInterval(timer)
      response.end()
    },
  }
}
