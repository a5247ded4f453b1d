import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { McpServer } from '../server.ts'
import { newSessionKey } from '../sessions.ts'
import type { BodyTarget } from '../upstream.ts'
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
  readonly headers: Headers
  readonly body: Buffer | undefined
  /** Called instead of answering when the target does not know the session. */
  readonly forgotten?: (() => void) | undefined
  /** Takes an answer over; undefined: it passes. */
  readonly instead?: (status: number, headers: IncomingHttpHeaders) => BodyTarget | undefined
  /** Headers of the answer that are not the target's. */
  readonly answerHeaders?: (status: number, headers: IncomingHttpHeaders) => Headers
}

/**
 * The one target of a backend over streamable HTTP: bytes pass as they come in both directions; all that
 * changes are the session id and the credential.
 */
export function createHttpServer(options: HttpServerOptions): BytePath {
  const { target, url, link, sessions, passthrough } = options
  const refusedModern = createModernRefusal(target)

  const pass = (client: Client, passing: Passing): void => {
    const abort = link.send(
      {
        url,
        method: passing.method,
        from: client,
        headers: { ...link.credentials(client), ...passing.headers },
        body: passing.body,
      },
      {
        head(status, headers) {
          if (status === 404 && passing.forgotten !== undefined) {
            // The target has forgotten the session, so it has not run the call.
            passing.forgotten()
            return DISCARD
          }
          const taken =
            link.refusal(status, client, failure => client.fail(failure)) ??
            passing.instead?.(status, headers)
          if (taken !== undefined) return taken
          if (isEventStream(headers)) client.streaming()
          return {
            pipe: client.response,
            headers: passing.answerHeaders?.(status, headers) ?? WITHOUT_SESSION,
          }
        },
        failed: (reason, error) => client.fail(link.failure(reason, error)),
      },
    )
    client.response.once('close', abort)
  }
  const posted = (call: Call, sessionId: string | undefined): Omit<Passing, 'forgotten'> => ({
    method: 'POST',
    headers: { accept: ACCEPT, 'mcp-session-id': sessionId },
    body: call.body,
  })

  return {
    modern(call, client) {
      const instead: Passing['instead'] = (status, headers) =>
        status < 400 ? undefined : refusedModern(status, headers, call, client)
      pass(client, { ...posted(call, undefined), instead })
    },

    initialize(call, client, opened) {
      const answerHeaders: Passing['answerHeaders'] = (status, headers) => {
        if (status < 200 || status > 299) return WITHOUT_SESSION
        const id = header(headers, 'mcp-session-id') ?? ''
        return { 'mcp-session-id': opened({ [target]: { id } }, newSessionKey()) }
      }
      pass(client, { ...posted(call, undefined), answerHeaders })
    },

    inSession(call, session, client) {
      const echo = { 'mcp-session-id': call.session }
      sessions.use(
        session,
        client,
        ({ id }, forgotten) =>
          pass(client, { ...posted(call, id || undefined), forgotten, answerHeaders: () => echo }),
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
      unsessioned: (method, client) => pass(client, { method, headers: {}, body: undefined }),
    }),
  }
}

const WITHOUT_SESSION: Headers = Object.freeze({ 'mcp-session-id': undefined })
