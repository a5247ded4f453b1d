import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { McpServer } from '../server.ts'
import { newSessionKey } from '../sessions.ts'
import type { BodyTarget, UpstreamReceiver } from '../upstream.ts'
import { isEventStream } from './collect.ts'
import { ACCEPT, DISCARD, type Headers, type HttpLink, header } from './http-link.ts'
import type { HttpSessions } from './http-sessions.ts'
import { createModernRefusal } from './modern-refusal.ts'

export type HttpServerOptions = {
  readonly target: string
  readonly url: string
  readonly link: HttpLink
  /** The route leaves every answer to the target, its 401 too. */
  readonly passthrough: boolean
  readonly sessions: HttpSessions
}

/** What can pass without being read, for clients that take whatever the target answers with. */
export type BytePath = Pick<
  McpServer,
  'modern' | 'initialize' | 'inSession' | 'listen' | 'endSession' | 'unsessioned'
>

/** One request whose bytes pass. */
type Passing = {
  readonly method: 'GET' | 'HEAD' | 'POST'
  /** In place of what the client sent; the credential is added. */
  readonly headers: Headers
  readonly body: Buffer | undefined
  /** Called instead of answering when the target does not know the session. */
  readonly forgotten: (() => void) | undefined
  /** Takes an answer over; undefined: it passes. */
  readonly instead:
    | ((status: number, headers: IncomingHttpHeaders) => BodyTarget | undefined)
    | undefined
  /** Headers of the answer that are not the target's. */
  readonly answerHeaders: (status: number, headers: IncomingHttpHeaders) => Headers
}

/**
 * The one target of a backend over streamable HTTP: bytes pass as they come in both directions; all that
 * changes are the session id and the credential.
 */
export function createHttpServer(options: HttpServerOptions): BytePath {
  const { target, url, link, sessions, passthrough } = options
  const refusedModern = createModernRefusal(target)

  const pass = (client: Client, passing: Passing): void => {
    const { method, body } = passing
    const headers = { ...link.credentials(client), ...passing.headers }
    const passage = new Passage(link, client, passing)
    client.response.on('close', link.send({ url, method, from: client, headers, body }, passage))
  }
  const post = (
    { body }: Call,
    sessionId: string | undefined,
    client: Client,
    { forgotten, instead, answerHeaders = withoutSession }: Partial<Passing>,
  ): void => {
    const headers = { accept: ACCEPT, 'mcp-session-id': sessionId }
    pass(client, { method: 'POST', headers, body, forgotten, instead, answerHeaders })
  }

  return {
    modern(call, client) {
      post(call, undefined, client, {
        instead: (status, headers) =>
          status < 400 ? undefined : refusedModern(status, headers, call, client),
      })
    },

    initialize(call, client, opened) {
      const answerHeaders: Passing['answerHeaders'] = (status, headers) => {
        if (status < 200 || status > 299) return WITHOUT_SESSION
        const id = header(headers, 'mcp-session-id') ?? ''
        return { 'mcp-session-id': opened({ [target]: { id } }, newSessionKey()) }
      }
      post(call, undefined, client, { answerHeaders })
    },

    inSession(call, session, client) {
      const echo = { 'mcp-session-id': call.session }
      sessions.use(
        session,
        client,
        ({ id }, forgotten) =>
          post(call, id || undefined, client, { forgotten, answerHeaders: () => echo }),
        failure => client.fail(failure),
      )
    },

    listen(session, lastEventId, client) {
      sessions.use(
        session,
        client,
        ({ id }, forgotten) =>
          pass(client, {
            method: 'GET',
            headers: {
              accept: 'text/event-stream',
              'mcp-session-id': id || undefined,
              'last-event-id': lastEventId,
            },
            body: undefined,
            forgotten,
            instead: undefined,
            answerHeaders: withoutSession,
          }),
        failure => client.fail(failure),
      )
    },

    endSession(session, client) {
      void sessions.end(session, client).then(() => {
        if (!client.response.destroyed)
          client.response.writeHead(200, { 'content-length': 0 }).end()
      })
    },

    ...(passthrough && {
      unsessioned: (method, client) =>
        pass(client, {
          method,
          headers: {},
          body: undefined,
          forgotten: undefined,
          instead: undefined,
          answerHeaders: withoutSession,
        }),
    }),
  }
}

/** The answer to a request on its way back. A class, because one is made for every request. */
class Passage implements UpstreamReceiver {
  readonly #link: HttpLink
  readonly #client: Client
  readonly #passing: Passing

  constructor(link: HttpLink, client: Client, passing: Passing) {
    this.#link = link
    this.#client = client
    this.#passing = passing
  }

  head(status: number, headers: IncomingHttpHeaders): BodyTarget {
    const client = this.#client
    const { forgotten, instead, answerHeaders } = this.#passing
    if (status === 404 && forgotten !== undefined) {
      // The target has forgotten the session, so it has not run the call.
      forgotten()
      return DISCARD
    }
    const taken =
      this.#link.refusal(status, client, failure => client.fail(failure)) ??
      instead?.(status, headers)
    if (taken !== undefined) return taken
    if (isEventStream(headers)) client.streaming()
    return { pipe: client.response, headers: answerHeaders(status, headers) }
  }

  failed(reason: 'unreachable' | 'timeout' | 'broken', error: Error): void {
    this.#client.fail(this.#link.failure(reason, error))
  }
}

const WITHOUT_SESSION: Headers = Object.freeze({ 'mcp-session-id': undefined })
const withoutSession = (): Headers => WITHOUT_SESSION
