import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Client } from './client.ts'

/**
 * How the engine reaches a target over HTTP; http/target-exchange.ts implements it. Callbacks instead of
 * promises and streams: this is the path of every call.
 *
 * @returns aborts the request; nothing comes to the receiver after that
 */
export type SendUpstream = (request: UpstreamRequest, receiver: UpstreamReceiver) => () => void

export type UpstreamRequest = {
  readonly url: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE'
  /** Whose end-to-end headers are passed on; undefined: a request of the gateway's own. */
  readonly from: Client | undefined
  /** Put in place of what `from` has; undefined takes a header away. Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer | string | undefined
  /**
   * Requests that give the same object go to the same of several servers behind one URL. Those of one
   * `mcp-session-id` do so by themselves.
   */
  readonly stay?: { place: string | undefined }
}

export type UpstreamReceiver = {
  /** Says what is to happen with the body of the answer. Informational answers do not come here. */
  head(status: number, headers: IncomingHttpHeaders): BodyTarget
  /** No complete answer came. Not called once the body is piped: then the client's connection is cut. */
  failed(reason: 'unreachable' | 'timeout' | 'broken', error: Error): void
}

export type BodyTarget =
  /** Bytes go to the client as they come; `headers` are put in place of the answer's own. */
  | {
      readonly pipe: ServerResponse
      readonly headers: Readonly<Record<string, string | undefined>>
    }
  | { readonly collect: BodyCollector }

export type BodyCollector = {
  /** May throw to abort; the error then comes to `failed`. */
  data(chunk: Buffer): void
  end(): void
}
