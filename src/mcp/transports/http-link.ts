import type { IncomingHttpHeaders } from 'node:http'
import type { BackendAuth } from '../../config/snapshot.ts'
import type { Log } from '../../observe/log.ts'
import type { Client } from '../client.ts'
import type { Outgoing } from '../connection.ts'
import type { CallFailure } from '../failure.ts'
import { encodeHeaderValue } from '../header-value.ts'
import type { BodyTarget, SendUpstream } from '../upstream.ts'
import { credentialHeaders } from './credentials.ts'

export type HttpLinkOptions = {
  readonly target: string
  readonly auth: BackendAuth
  /** The route checks no credential itself, so the client's passes, and the target's 401 too. */
  readonly passthrough: boolean
  readonly send: SendUpstream
  readonly log: Log
}

export type Headers = Readonly<Record<string, string | undefined>>

/** What requests to one target over HTTP have in common. */
export type HttpLink = {
  /** Headers that carry the credential for this caller. */
  credentials(client: Client): Headers
  /** Headers of a message that the engine sends in its own words; all others are the client's. */
  messageHeaders(outgoing: Outgoing, session?: { readonly id: string; version?: string }): Headers
  /**
   * Deals with a target that refuses the credential (401). Where that is the client's own, it is told in
   * the target's words, which say how to log in; where it is the gateway's, the client must not be sent
   * to log in again.
   *
   * @param fail told of the failure
   * @returns undefined: it does not
   */
  refusal(
    status: number,
    client: Client,
    fail: (failure: CallFailure) => void,
  ): BodyTarget | undefined
  /** The failure for a request that got no complete answer; it is logged. */
  failure(reason: 'unreachable' | 'timeout' | 'broken', error: Error): CallFailure
  readonly send: SendUpstream
}

export const ACCEPT = 'application/json, text/event-stream'

/** For answers that nobody reads. */
export const DISCARD: BodyTarget = { collect: { data: () => undefined, end: () => undefined } }

export function createHttpLink(options: HttpLinkOptions): HttpLink {
  const { target, auth, passthrough, log } = options
  const credentials = ({ identity }: Client): Headers =>
    credentialHeaders(auth, identity, passthrough)
  return {
    send: options.send,
    credentials,

    messageHeaders(outgoing, session) {
      const { method, name, client } = outgoing
      const received = client.response.req.headers
      const mirrors = received['mcp-method'] !== undefined || received['mcp-name'] !== undefined
      return {
        ...credentials(client),
        accept: ACCEPT,
        'content-type': 'application/json',
        'mcp-session-id': session?.id || undefined,
        'mcp-protocol-version': session?.version ?? header(received, 'mcp-protocol-version'),
        'last-event-id': undefined,
        // Rewritten together with the body (SEP-2243).
        'mcp-method': mirrors && method !== '' ? method : undefined,
        'mcp-name': mirrors && name !== undefined ? encodeHeaderValue(name) : undefined,
      }
    },

    refusal(status, { response }, fail) {
      if (status !== 401) return undefined
      const answered = passthrough && !response.headersSent && !response.destroyed
      fail({
        ...(answered ? { answered } : {}),
        kind: auth.kind === 'passthrough' ? 'target_refused_token' : 'target_failed',
        detail: `target ${target} answered 401: it does not take the credential that the gateway sends`,
        hint: 'see backendAuth of the target: {key: …} sends a credential of its own, {passthrough: {}} the token of the client',
      })
      return answered ? { pipe: response, headers: { 'mcp-session-id': undefined } } : DISCARD
    },

    failure(reason, error) {
      log.warn({ target, reason, error: error.message }, 'target did not answer')
      if (reason === 'timeout')
        return { kind: 'timeout', detail: `target ${target} did not answer in time` }
      return {
        kind: reason === 'unreachable' ? 'target_unavailable' : 'target_failed',
        detail: `target ${target} ${reason === 'unreachable' ? 'cannot be reached' : 'broke off its answer'}`,
      }
    },
  }
}

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
