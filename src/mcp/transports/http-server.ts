import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import { isLegacyRefusal, onlyLegacy } from '../era-mismatch.ts'
import { isObject, type Message } from '../message.ts'
import type { McpServer, OpenSession } from '../server.ts'
import type { Session, TargetState } from '../session.ts'
import { newSessionKey } from '../sessions.ts'
import type { BodyTarget } from '../upstream.ts'
import { ACCEPT, DISCARD, type Headers, type HttpLink, header } from './http-link.ts'
import type { HttpSessions } from './http-sessions.ts'

export type HttpServerOptions = {
  readonly target: string
  readonly url: string
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

  /** @param forgotten called instead of answering when the target does not know the session */
  const forward = (
    call: Call,
    client: Client,
    state: TargetState | undefined,
    answerHeaders: (status: number, headers: IncomingHttpHeaders) => Headers,
    forgotten?: () => void,
    instead?: (status: number, headers: IncomingHttpHeaders) => BodyTarget | undefined,
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
          return (
            link.refusal(status, client, failure => client.fail(failure)) ??
            instead?.(status, headers) ?? {
              pipe: client.response,
              headers: answerHeaders(status, headers),
            }
          )
        },
        failed: (reason, error) => client.fail(link.failure(reason, error)),
      },
    )
    client.response.once('close', abort)
  }

  /** An answer that may come of the era of the target: then the client is told so. */
  const refusedModern = (
    status: number,
    headers: IncomingHttpHeaders,
    call: Call,
    client: Client,
  ): BodyTarget | undefined => {
    if (!isLegacyRefusal(status, undefined)) return undefined
    const chunks: Buffer[] = []
    let size = 0
    return {
      collect: {
        data(chunk) {
          size += chunk.length
          if (size > MAX_REFUSAL) throw new RangeError('the error of the target is too large')
          chunks.push(chunk)
        },
        end() {
          const body = Buffer.concat(chunks)
          if (isLegacyRefusal(status, errorIn(body))) {
            client.fail(onlyLegacy(`target ${target}`, call.version))
            return
          }
          const type = headers['content-type']
          client.response.writeHead(status, {
            ...(type === undefined ? {} : { 'content-type': type }),
            'content-length': body.length,
          })
          client.response.end(body)
        },
      },
    }
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
      forward(
        call,
        client,
        undefined,
        () => WITHOUT_SESSION,
        undefined,
        (status, headers) =>
          status < 400 ? undefined : refusedModern(status, headers, call, client),
      )
    },

    initialize(call, client, opened: OpenSession) {
      forward(call, client, undefined, (status, headers) => {
        if (status < 200 || status > 299) return WITHOUT_SESSION
        const id = header(headers, 'mcp-session-id') ?? ''
        return { 'mcp-session-id': opened({ [target]: { id } }, newSessionKey()) }
      })
    },

    inSession(call, session, client) {
      // The id is told once, with the answer to `initialize`.
      withSession(session, client, (state, forgotten) =>
        forward(call, client, state, () => WITHOUT_SESSION, forgotten),
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
                return (
                  link.refusal(status, client, failure => client.fail(failure)) ?? {
                    pipe: client.response,
                    headers: WITHOUT_SESSION,
                  }
                )
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

/** Of an answer that says why it is none. */
const MAX_REFUSAL = 1024 * 1024

function errorIn(body: Buffer): Message['error'] {
  try {
    const message: unknown = JSON.parse(body.toString('utf8'))
    return isObject(message) && isObject(message.error) ? (message as Message).error : undefined
  } catch {
    return undefined
  }
}

const WITHOUT_SESSION: Headers = Object.freeze({ 'mcp-session-id': undefined })
