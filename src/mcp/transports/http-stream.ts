import { rawId } from '../call.ts'
import type { Client } from '../client.ts'
import type { Exchange, Outgoing } from '../connection.ts'
import type { CallFailure } from '../failure.ts'
import { CODE, errorText, isId, type Message } from '../message.ts'
import type { Session, TargetState } from '../session.ts'
import { type AnswerParts, collectAnswer, isEventStream } from './collect.ts'
import { DISCARD, type HttpLink } from './http-link.ts'

export type HttpStreamOptions = {
  readonly target: string
  readonly url: string
  readonly link: HttpLink
  /** Sends the target a message without answer. */
  tell(session: Session, outgoing: Outgoing): Promise<CallFailure | undefined>
}

/** One GET of a session. */
export type Listening = {
  readonly session: Session
  readonly state: TargetState
  readonly client: Client
  readonly lastEventId: string | undefined
  readonly exchange: Exchange
}

/** One answer on its way to an exchange. */
export type Answering = {
  readonly status: number
  /** Undefined outside a session: then nothing can be asked and nothing taken up again. */
  readonly session: Session | undefined
  readonly state: TargetState | undefined
  readonly outgoing: Outgoing
  readonly exchange: Exchange
}

export type HttpStream = {
  /** Hands the messages of an answer to its exchange. */
  parts(answering: Answering): AnswerParts
  /**
   * Opens the stream of a session (GET).
   *
   * @param forgotten to be called when the target does not know the session; undefined: that is final
   */
  open(listening: Listening, forgotten: (() => void) | undefined): () => void
}

/** Between two attempts to take up a stream, where the target does not say. */
const RETRY_MS = 1_000
const SHORTEST_RETRY_MS = 50
const LONGEST_RETRY_MS = 30_000
const MAX_ATTEMPTS = 100

/** Event streams of one HTTP target (spec 2025-11-25, basic/transports#resumability-and-redelivery). */
export function createHttpStream({ target, url, link, tell }: HttpStreamOptions): HttpStream {
  /** A request that the client cannot take is refused in its name. */
  const deliver = (
    { session, outgoing, exchange }: Omit<Answering, 'status'>,
    text: string,
    message: Message,
    eventId: string | undefined,
  ): void => {
    if (exchange.message(text, message, eventId) || message.id === undefined) return
    const id = rawId(text)
    if (session === undefined || id === undefined) return
    const refusal = errorText(id, CODE.methodNotFound, 'The client cannot be asked this now')
    void tell(session, { text: refusal, method: '', client: outgoing.client })
  }

  const open = (listening: Listening, forgotten: (() => void) | undefined): (() => void) => {
    const { session, state, client, lastEventId, exchange } = listening
    const outgoing: Outgoing = { text: '', method: '', client }
    return link.send(
      {
        url,
        method: 'GET',
        from: client,
        headers: {
          ...link.messageHeaders(outgoing, state),
          accept: 'text/event-stream',
          'content-type': undefined,
          'last-event-id': lastEventId,
        },
        body: undefined,
      },
      {
        head(status, headers) {
          if (status === 404 && forgotten !== undefined) {
            forgotten()
            return DISCARD
          }
          const refused = link.refusal(status, client, exchange.fail)
          if (refused !== undefined) return refused
          if (status !== 200 || !isEventStream(headers)) {
            exchange.fail(noStream(target, status))
            return DISCARD
          }
          exchange.checkpoint?.(undefined, undefined)
          const answering = { session, state, outgoing, exchange }
          return {
            collect: collectAnswer(headers, {
              message: (text, message, eventId) => deliver(answering, text, message, eventId),
              checkpoint: (eventId, retryMs) => exchange.checkpoint?.(eventId, retryMs),
              answer: exchange.answer,
              missing: exchange.end,
            }),
          }
        },
        failed: (reason, error) => exchange.fail(link.failure(reason, error)),
      },
    )
  }

  /** Goes on reading for an exchange that cannot hand event ids on. */
  const parts = (answering: Answering, attempts = 0): AnswerParts => {
    const { status, session, state, outgoing, exchange } = answering
    let lastEventId: string | undefined
    let retryMs = RETRY_MS
    return {
      message(text, message, eventId) {
        lastEventId = eventId ?? lastEventId
        deliver(answering, text, message, eventId)
      },
      checkpoint(eventId, retry) {
        lastEventId = eventId ?? lastEventId
        retryMs = Math.min(Math.max(retry ?? retryMs, SHORTEST_RETRY_MS), LONGEST_RETRY_MS)
        exchange.checkpoint?.(eventId, retry)
      },
      answer(text, message, eventId) {
        const { error } = message
        // A server that could not or would not read the id leaves it out; the client waits for its own.
        if (isId(message.id) || error === undefined) exchange.answer(text, message, eventId)
        else
          exchange.answer(
            errorText(rawId(outgoing.text), error.code, error.message, error.data),
            message,
            eventId,
          )
      },
      missing() {
        if (status > 299 || status === 202) {
          exchange.fail({
            kind: 'target_failed',
            detail: `target ${target} answered ${outgoing.method} with status ${status}`,
          })
        } else if (
          exchange.checkpoint !== undefined ||
          lastEventId === undefined ||
          session === undefined ||
          state === undefined ||
          outgoing.client.response.destroyed ||
          attempts >= MAX_ATTEMPTS
        ) {
          exchange.end()
        } else {
          const from = lastEventId
          const { client } = outgoing
          const resumed = parts(answering, attempts + 1)
          setTimeout(() => {
            const abort = open(
              {
                session,
                state,
                client,
                lastEventId: from,
                exchange: asExchange(resumed, exchange),
              },
              undefined,
            )
            client.response.once('close', abort)
          }, retryMs)
        }
      },
    }
  }

  return { parts, open }
}

function asExchange(parts: AnswerParts, { fail }: Exchange): Exchange {
  return {
    message(text, message, eventId) {
      parts.message?.(text, message, eventId)
      return true
    },
    checkpoint: (eventId, retryMs) => parts.checkpoint?.(eventId, retryMs),
    answer: (text, message, eventId) => parts.answer(text, message, eventId),
    end: () => parts.missing(),
    fail,
  }
}

function noStream(target: string, status: number): CallFailure {
  return status === 405
    ? { kind: 'method_not_allowed', detail: `target ${target} offers no stream for a session` }
    : { kind: 'target_failed', detail: `target ${target} answered GET with status ${status}` }
}
