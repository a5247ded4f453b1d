import type { Call } from './call.ts'
import type { Client } from './client.ts'
import type { Exchange } from './connection.ts'
import type { Era } from './eras.ts'
import { type EventStream, openEventStream } from './event-stream.ts'
import type { CallFailure } from './failure.ts'
import { CODE, type Message } from './message.ts'

export type AnswerOptions = {
  readonly keepAliveMs: number
  /** Headers that depend on the answer, such as the id of the session that it opens. */
  readonly headers?: (answer: Message | undefined) => Readonly<Record<string, string>>
  /** Once, when the client has everything or is gone. */
  readonly done?: () => void
}

/**
 * Turns the outcome of a request into the HTTP answer: JSON when the answer comes first, an event
 * stream as soon as something comes before it, or nothing for long, and the client takes streams. A
 * client that does not is given the answer alone.
 */
export function createAnswer(client: Client, call: Call, options: AnswerOptions): Exchange {
  const { response } = client
  let stream: EventStream | undefined
  let over = false

  const headersFor = (answer: Message | undefined): Readonly<Record<string, string>> =>
    options.headers?.(answer) ?? {}
  const openStream = (): EventStream => {
    if (stream === undefined) {
      stream = openEventStream(response, headersFor(undefined), options.keepAliveMs)
      client.streaming()
    }
    return stream
  }
  // `initialize` stays JSON as long as possible: its headers depend on the answer.
  const patience =
    call.acceptsStream && call.method !== 'initialize'
      ? setTimeout(openStream, options.keepAliveMs)
      : undefined
  const finish = (): boolean => {
    if (over) return false
    over = true
    clearTimeout(patience)
    return true
  }
  response.once('close', () => {
    finish()
    options.done?.()
  })

  const fail = (failure: CallFailure): void => {
    if (!finish()) return
    if (stream === undefined) {
      client.fail(failure)
    } else {
      stream.send(client.errorText(failure))
      stream.end()
    }
  }

  const checkpoint: Exchange['checkpoint'] = (eventId, retryMs) => {
    if (over) return
    clearTimeout(patience)
    openStream().checkpoint(eventId, retryMs)
  }

  return {
    message(text, _message, eventId) {
      if (over || !call.acceptsStream) return false
      clearTimeout(patience)
      return openStream().send(text, eventId)
    },

    // Without event streams the client has no use for ids of their events.
    ...(call.acceptsStream ? { checkpoint } : {}),

    answer(text, message, eventId) {
      if (!finish()) return
      if (stream !== undefined) {
        stream.send(text, eventId)
        stream.end()
        return
      }
      response.writeHead(answerStatus(call.era, message), {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        ...headersFor(message),
      })
      response.end(text)
    },

    end() {
      if (stream === undefined)
        fail({ kind: 'target_failed', detail: 'the server ended the request without an answer' })
      else if (finish()) stream.end()
    },

    fail,
  }
}

/** Statuses that the modern transport gives to errors (spec 2026-07-28, streamable-http). */
const MODERN_STATUS: ReadonlyMap<number, number> = new Map([
  [CODE.methodNotFound, 404],
  [CODE.parseError, 400],
  [CODE.invalidRequest, 400],
  [CODE.headerMismatch, 400],
  [CODE.missingCapability, 400],
  [CODE.unsupportedVersion, 400],
])

function answerStatus(era: Era, { error }: Message): number {
  return error === undefined || era === 'legacy' ? 200 : (MODERN_STATUS.get(error.code) ?? 200)
}
