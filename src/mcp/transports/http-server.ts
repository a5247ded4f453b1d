import type { IncomingHttpHeaders } from 'node:http'
import { type Identity, identityKey } from '../../auth/identity.ts'
import type { BackendAuth, HttpTransport } from '../../config/snapshot.ts'
import type { Log } from '../../observe/log.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { CallFailure } from '../failure.ts'
import { INITIALIZE, INITIALIZED } from '../handshake.ts'
import type { McpServer, OpenSession } from '../server.ts'
import { newSessionKey, type Session } from '../sessions.ts'
import type { BodyTarget, SendUpstream, UpstreamReceiver } from '../upstream.ts'
import { collectAnswer, isEventStream } from './collect.ts'
import { credentialHeaders } from './credentials.ts'

export type HttpServerOptions = {
  readonly target: string
  readonly transport: HttpTransport
  readonly auth: BackendAuth
  /** The route checks no credential itself, so the client's passes, and the target's 401 too. */
  readonly passthrough: boolean
  readonly send: SendUpstream
  readonly log: Log
  readonly now: () => number
  readonly idleMs: number
}

type Headers = Readonly<Record<string, string | undefined>>

/** An upstream session that the gateway opened by itself, for legacy requests without a session. */
type Pooled = { readonly sessionId: string; lastUsed: number }

const MAX_POOLED = 2_000

/**
 * A target over streamable HTTP. Where the client speaks the target's era, bytes pass as they come in
 * both directions; all that changes are the session id and the credential.
 */
export function createHttpServer(options: HttpServerOptions): McpServer {
  const { target, send, log, now } = options
  const { url } = options.transport
  const pool = new BoundedMap<string, Promise<Pooled | CallFailure>>(MAX_POOLED)

  const credentials = (identity: Identity): Headers =>
    credentialHeaders(options.auth, identity, options.passthrough)

  /** For requests of the gateway's own, which take no header over from the client. */
  const ownCredentials = (client: Client): Headers => ({
    ...(options.passthrough ? { authorization: client.response.req.headers.authorization } : {}),
    ...credentials(client.identity),
  })

  /** Sends a message and pipes the answer; `answered` may look at its head first and take it over. */
  const forward = (
    call: Call,
    client: Client,
    sessionId: string | undefined,
    answerHeaders: (status: number, headers: IncomingHttpHeaders) => Headers,
    intercept?: (status: number) => BodyTarget | undefined,
  ): void => {
    const abort = send(
      {
        url,
        method: 'POST',
        from: client,
        headers: {
          ...credentials(client.identity),
          // Clients that take only one of the two are served from whatever the target prefers.
          accept: 'application/json, text/event-stream',
          'mcp-session-id': sessionId,
        },
        body: call.body,
      },
      {
        head(status, headers) {
          const taken = intercept?.(status) ?? refusal(status, client)
          if (taken !== undefined) return taken
          if (isEventStream(headers) && !call.acceptsStream)
            return asJson(headers, client, answerHeaders(status, headers))
          return { pipe: client.response, headers: answerHeaders(status, headers) }
        },
        failed: (reason, error) => client.fail(upstreamFailure(reason, error)),
      },
    )
    client.response.once('close', abort)
  }

  /** A target that refuses the credential of the gateway must not send the client to log in again. */
  const refusal = (status: number, client: Client): BodyTarget | undefined => {
    if (status !== 401 || options.passthrough) return undefined
    client.fail({
      kind: options.auth.kind === 'passthrough' ? 'target_refused_token' : 'target_failed',
      detail: `target ${target} answered 401: it does not take the credential that the gateway sends`,
      hint: 'see backendAuth of the target: {key: …} sends a credential of its own, {passthrough: {}} the token of the client',
    })
    return DISCARD
  }

  const upstreamFailure = (
    reason: 'unreachable' | 'timeout' | 'broken',
    error: Error,
  ): CallFailure => {
    log.warn({ target, reason, error: error.message }, 'target did not answer')
    if (reason === 'timeout')
      return { kind: 'timeout', detail: `target ${target} did not answer in time` }
    return {
      kind: reason === 'unreachable' ? 'target_unavailable' : 'target_failed',
      detail: `target ${target} ${reason === 'unreachable' ? 'cannot be reached' : 'broke off its answer'}`,
    }
  }

  /** Sends a message of the gateway's own and collects the answer. */
  const ask = (
    text: string,
    client: Client,
    sessionId: string | undefined,
  ): Promise<
    { status: number; headers: IncomingHttpHeaders; error: string | undefined } | CallFailure
  > =>
    new Promise(resolve => {
      send(
        {
          url,
          method: 'POST',
          from: undefined,
          headers: {
            ...ownCredentials(client),
            accept: 'application/json, text/event-stream',
            'content-type': 'application/json',
            'mcp-session-id': sessionId,
          },
          body: text,
        },
        {
          head: (status, headers) => ({
            collect: collectAnswer(headers, (_text, message) =>
              resolve({ status, headers, error: message?.error?.message }),
            ),
          }),
          failed: (reason, error) => resolve(upstreamFailure(reason, error)),
        },
      )
    })

  const openPooled = async (client: Client): Promise<Pooled | CallFailure> => {
    const answer = await ask(INITIALIZE.text, client, undefined)
    if ('kind' in answer) return answer
    if (answer.status >= 400 || answer.error !== undefined) {
      return {
        kind: 'target_failed',
        detail: `target ${target} answered initialize with ${answer.error ?? answer.status}`,
      }
    }
    const sessionId = single(answer.headers['mcp-session-id']) ?? ''
    await ask(INITIALIZED.text, client, sessionId === '' ? undefined : sessionId)
    return { sessionId, lastUsed: now() }
  }

  const pooledFor = (client: Client): Promise<Pooled | CallFailure> => {
    const owner = identityKey(client.identity)
    const existing = pool.get(owner)
    if (existing !== undefined) return existing
    const opening = openPooled(client)
    pool.set(owner, opening)
    void opening.then(result => {
      if ('kind' in result && pool.peek(owner) === opening) pool.delete(owner)
    })
    return opening
  }

  const closeUpstream = (sessionId: string, client: Client, done: () => void): void => {
    if (sessionId === '') {
      done()
      return
    }
    send(
      {
        url,
        method: 'DELETE',
        from: undefined,
        headers: { ...ownCredentials(client), 'mcp-session-id': sessionId },
        body: undefined,
      },
      { head: () => ({ collect: { data: () => undefined, end: done } }), failed: done },
    )
  }

  /** A caller without identity shares nothing: its session lives for one request. */
  const statelessOnce = async (call: Call, client: Client): Promise<void> => {
    const opened = await openPooled(client)
    if ('kind' in opened) {
      client.fail(opened)
      return
    }
    client.response.once('close', () => closeUpstream(opened.sessionId, client, () => undefined))
    forward(call, client, opened.sessionId || undefined, () => WITHOUT_SESSION)
  }

  const stateless = async (call: Call, client: Client, mayRetry: boolean): Promise<void> => {
    const owner = identityKey(client.identity)
    const opening = pooledFor(client)
    const pooled = await opening
    if ('kind' in pooled) {
      client.fail(pooled)
      return
    }
    if (now() - pooled.lastUsed > options.idleMs && mayRetry) {
      if (pool.peek(owner) === opening) pool.delete(owner)
      return stateless(call, client, false)
    }
    pooled.lastUsed = now()
    forward(
      call,
      client,
      pooled.sessionId || undefined,
      () => WITHOUT_SESSION,
      status => {
        if (status !== 404 || pooled.sessionId === '' || !mayRetry) return undefined
        // The target has forgotten the session, so it has not run the call.
        if (pool.peek(owner) === opening) pool.delete(owner)
        void stateless(call, client, false)
        return DISCARD
      },
    )
  }

  return {
    modern(call, client) {
      forward(call, client, undefined, () => WITHOUT_SESSION)
    },

    initialize(call, client, opened: OpenSession) {
      forward(call, client, undefined, (status, headers) => {
        if (status < 200 || status > 299) return WITHOUT_SESSION
        const upstream = single(headers['mcp-session-id']) ?? ''
        return { 'mcp-session-id': opened({ [target]: upstream }, newSessionKey()) }
      })
    },

    inSession(call, session, client) {
      const echo = { 'mcp-session-id': call.session }
      forward(call, client, upstreamSession(session, target), () => echo)
    },

    listen(session, lastEventId, client) {
      const receiver: UpstreamReceiver = {
        head: status =>
          refusal(status, client) ?? { pipe: client.response, headers: WITHOUT_SESSION },
        failed: (reason, error) => client.fail(upstreamFailure(reason, error)),
      }
      const abort = send(
        {
          url,
          method: 'GET',
          from: client,
          headers: {
            ...credentials(client.identity),
            accept: 'text/event-stream',
            'mcp-session-id': upstreamSession(session, target),
            'last-event-id': lastEventId,
          },
          body: undefined,
        },
        receiver,
      )
      client.response.once('close', abort)
    },

    endSession(session, client) {
      closeUpstream(session.targets[target] ?? '', client, () => {
        if (!client.response.destroyed)
          client.response.writeHead(200, { 'content-length': 0 }).end()
      })
    },

    stateless(call, client) {
      void (client.identity.authenticated
        ? stateless(call, client, true)
        : statelessOnce(call, client))
    },

    notReady: () => undefined,
    close: () => Promise.resolve(),
  }
}

const WITHOUT_SESSION: Headers = Object.freeze({ 'mcp-session-id': undefined })

const DISCARD: BodyTarget = { collect: { data: () => undefined, end: () => undefined } }

function upstreamSession(session: Session, target: string): string | undefined {
  return session.targets[target] || undefined
}

/** An event stream for a client that takes none: its last word, the answer, as JSON. */
function asJson(headers: IncomingHttpHeaders, client: Client, answerHeaders: Headers): BodyTarget {
  return {
    collect: collectAnswer(headers, text => {
      if (text === undefined) {
        client.fail({
          kind: 'target_failed',
          detail: 'the server ended its stream without an answer',
        })
        return
      }
      const extra = Object.entries(answerHeaders).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      )
      client.response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        ...Object.fromEntries(extra),
      })
      client.response.end(text)
    }),
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
