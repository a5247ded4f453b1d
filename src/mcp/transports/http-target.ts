import { randomBytes } from 'node:crypto'
import type { Exchange, Outgoing } from '../connection.ts'
import { isLegacyRefusal, onlyLegacy } from '../era-mismatch.ts'
import type { CallFailure } from '../failure.ts'
import { mapRequest, type OwnIds, relatedTo, restoreAnswer, restoreRelated } from '../id-mapping.ts'
import type { Message } from '../message.ts'
import type { Session, TargetState } from '../session.ts'
import type { Target } from '../target.ts'
import type { UpstreamReceiver } from '../upstream.ts'
import { type AnswerParts, collectAnswer } from './collect.ts'
import { DISCARD, type HttpLink, header } from './http-link.ts'
import type { HttpSessions } from './http-sessions.ts'
import { createHttpStream } from './http-stream.ts'

export type HttpTargetOptions = {
  readonly target: string
  readonly url: string
  readonly link: HttpLink
  readonly sessions: HttpSessions
}

/** A target over streamable HTTP, message by message. */
export function createHttpTarget({ target, url, link, sessions }: HttpTargetOptions): Target {
  const prefix = `${randomBytes(6).toString('base64url')}-`
  let lastId = 0

  const post = (
    outgoing: Outgoing,
    state: TargetState | undefined,
    receiver: UpstreamReceiver,
  ): (() => void) =>
    link.send(
      {
        url,
        method: 'POST',
        from: outgoing.client,
        headers: link.messageHeaders(outgoing, state),
        body: outgoing.text,
      },
      receiver,
    )

  /** Sends a message without answer. */
  const tell = (session: Session, outgoing: Outgoing): Promise<CallFailure | undefined> =>
    new Promise(settle => {
      sessions.use(
        session,
        outgoing.client,
        (state, forgotten) => {
          post(outgoing, state, {
            head(status) {
              const refused = link.refusal(status, outgoing.client, settle)
              if (refused !== undefined) return refused
              if (status === 404 && forgotten !== undefined) forgotten()
              else settle(status < 400 ? undefined : notTaken(target, status))
              return DISCARD
            },
            failed: (reason, error) => settle(link.failure(reason, error)),
          })
        },
        settle,
      )
    })

  const stream = createHttpStream({ target, url, link, tell })

  const exchangeOver = (
    outgoing: Outgoing,
    session: Session | undefined,
    exchange: Exchange,
    own: OwnIds | undefined,
  ): ((status: number, state: TargetState | undefined) => AnswerParts) => {
    const deliver: Exchange = own === undefined ? exchange : restoring(exchange, own)
    return (status, state) => stream.parts({ status, state, session, outgoing, exchange: deliver })
  }

  return {
    name: target,
    modernEra: 'refuses',
    attach: (session, client) =>
      sessions.current(session) ?? sessions.open(session, client, undefined),
    initialize: (_key, outgoing) => sessions.initialize(outgoing),

    modern(outgoing, exchange) {
      const parts = exchangeOver(outgoing, undefined, exchange, undefined)
      const tooOld = (): void =>
        exchange.fail(
          onlyLegacy(
            `target ${target}`,
            header(outgoing.client.request.headers, 'mcp-protocol-version'),
          ),
        )
      return post(outgoing, undefined, {
        head(status, headers) {
          const refused = link.refusal(status, outgoing.client, exchange.fail)
          if (refused !== undefined) return refused
          const usual = parts(status, undefined)
          return {
            collect: collectAnswer(headers, {
              ...usual,
              answer(text, message, eventId) {
                if (isLegacyRefusal(status, message.error)) tooOld()
                else usual.answer(text, message, eventId)
              },
              missing() {
                if (isLegacyRefusal(status, undefined)) tooOld()
                else usual.missing()
              },
            }),
          }
        },
        failed: (reason, error) => exchange.fail(link.failure(reason, error)),
      })
    },

    request(session, outgoing, exchange) {
      const mapped = session.pooled
        ? mapRequest(outgoing.text, prefix + String(++lastId))
        : undefined
      const sent = mapped === undefined ? outgoing : { ...outgoing, text: mapped.text }
      const parts = exchangeOver(sent, session, exchange, mapped?.own)
      let abort = (): void => undefined
      let over = false
      const run = (state: TargetState, forgotten: (() => void) | undefined): void => {
        if (over) return
        abort = post(sent, state, {
          head(status, headers) {
            if (status === 404 && forgotten !== undefined) {
              // The target has forgotten the session, so it has not run the call.
              forgotten()
              return DISCARD
            }
            return (
              link.refusal(status, outgoing.client, exchange.fail) ?? {
                collect: collectAnswer(headers, parts(status, state)),
              }
            )
          },
          failed: (reason, error) => exchange.fail(link.failure(reason, error)),
        })
      }
      sessions.use(session, outgoing.client, run, exchange.fail)
      return () => {
        over = true
        abort()
      }
    },

    notify: tell,
    respond: tell,

    listen(session, client, lastEventId, exchange) {
      let abort = (): void => undefined
      let over = false
      sessions.use(
        session,
        client,
        (state, forgotten) => {
          if (!over)
            abort = stream.open({ session, state, client, lastEventId, exchange }, forgotten)
        },
        exchange.fail,
      )
      return () => {
        over = true
        abort()
      }
    },

    end: sessions.end,
    notReady: () => undefined,
    close: () => Promise.resolve(),
  }
}

function notTaken(target: string, status: number): CallFailure {
  return {
    kind: 'target_failed',
    detail: `target ${target} did not take the message, its status is ${status}`,
  }
}

/** What comes back carries the client's own ids. */
function restoring(exchange: Exchange, own: OwnIds): Exchange {
  const message = (text: string, parsed: Message, eventId?: string): boolean => {
    const related = relatedTo(parsed)
    return exchange.message(
      related === undefined ? text : restoreRelated(text, related.path, own),
      parsed,
      eventId,
    )
  }
  return {
    ...exchange,
    message,
    answer: (text, parsed, eventId) => exchange.answer(restoreAnswer(text, own), parsed, eventId),
  }
}
