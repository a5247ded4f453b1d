import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { McpServer, OpenSession } from '../server.ts'
import { newSessionKey, type Session } from '../sessions.ts'
import type { TargetState } from '../target.ts'
import type { BodyTarget } from '../upstream.ts'
import { ACCEPT, DISCARD, type Headers, type HttpLink, header } from './http-link.ts'
import type { HttpSessions } from './http-sessions.ts'

export type HttpServerOptions = {
  readonly target: string
  readonly url: string
  /** The route checks no credential itself: the target's 401 is for the client. */
  readonly passthrough: boolean
  readonly link: HttpLink
  readonly sessions: HttpSessions
}

/** What can pass without being read, for clients that take whatever the target answers with. */
export type BytePath = Pick<
  McpServer,
  'modern' | 'initialize' | 'inSession' | 'listen' | 'endSession'
>

/**
 * The one target of a backend over streamable HTTP: bytes pass as they come in both directions; all that
 * changes are the session id and the credential.
 */
export function createHttpServer(options: HttpServerOptions): BytePath {
  const { target, url, link, sessions } = options

  /** Answers that are not piped to the client as they are. */
  const taken = (status: number, client: Client): BodyTarget | undefined => {
    const refused = options.passthrough ? undefined : link.refusal(status)
    if (refused === undefined) return undefined
    client.fail(refused)
    return DISCARD
  }

  /** @param forgotten called instead of answering when the target does not know the session */
  const forward = (
    call: Call,
    client: Client,
    state: TargetState | undefined,
    answerHeaders: (status: number, headers: IncomingHttpHeaders) => Headers,
    forgotten?: () => void,
  ): void => {
    const abort = link.send(
      {
        url,
        method: 'POST',
        from: client,
        headers: {
          ...link.credentials(client),
          accept: ACCEPT,
          'mcp-session-id': state?.id || undefined,
        },
        body: call.body,
      },
      {
        head(status, headers) {
          if (status === 404 && forgotten !== undefined) {
            // The target has forgotten the session, so it has not run the call.
            forgotten()
            return DISCARD
          }
          const instead = taken(status, client)
          if (instead !== undefined) return instead
          return { pipe: client.response, headers: answerHeaders(status, headers) }
        },
        failed: (reason, error) => client.fail(link.failure(reason, error)),
      },
    )
    client.response.once('close', abort)
  }

  /** Runs with the target's part of the session; one that it has forgotten is opened once more. */
  const withSession = (
    session: Session,
    client: Client,
    run: (state: TargetState, forgotten: (() => void) | undefined) => void,
  ): void => {
    const open = (gone: TargetState | undefined): void => {
      void sessions.open(session, client, gone).then(state => {
        if ('kind' in state) client.fail(state)
        else if (!client.response.destroyed) run(state, undefined)
      })
    }
    const state = sessions.current(session)
    if (state === undefined) open(undefined)
    else run(state, state.id === '' ? undefined : () => open(state))
  }

  return {
    modern(call, client) {
      forward(call, client, undefined, () => WITHOUT_SESSION)
    },

    initialize(call, client, opened: OpenSession) {
      forward(call, client, undefined, (status, headers) => {
        if (status < 200 || status > 299) return WITHOUT_SESSION
        const id = header(headers, 'mcp-session-id') ?? ''
        return { 'mcp-session-id': opened({ [target]: { id } }, newSessionKey()) }
      })
    },

    inSession(call, session, client) {
      const echo = { 'mcp-session-id': call.session }
      withSession(session, client, (state, forgotten) =>
        forward(call, client, state, () => echo, forgotten),
      )
    },

    listen(session, lastEventId, client) {
      withSession(session, client, (state, forgotten) => {
        const abort = link.send(
          {
            url,
            method: 'GET',
            from: client,
            headers: {
              ...link.credentials(client),
              accept: 'text/event-stream',
              'mcp-session-id': state.id || undefined,
              'last-event-id': lastEventId,
            },
            body: undefined,
          },
          {
            head(status) {
              if (status !== 404 || forgotten === undefined)
                return taken(status, client) ?? { pipe: client.response, headers: WITHOUT_SESSION }
              forgotten()
              return DISCARD
            },
            failed: (reason, error) => client.fail(link.failure(reason, error)),
          },
        )
        client.response.once('close', abort)
      })
    },

    endSession(session, client) {
      void sessions.end(session, client).then(() => {
        if (!client.response.destroyed)
          client.response.writeHead(200, { 'content-length': 0 }).end()
      })
    },
  }
}

const WITHOUT_SESSION: Headers = Object.freeze({ 'mcp-session-id': undefined })
