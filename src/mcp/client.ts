import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Identity } from '../auth/identity.ts'
import type { Call } from './call.ts'
import type { CallFailure } from './failure.ts'

/** The HTTP request that a message came with. */
export type RequestFacts = {
  readonly method: string
  /** Normalised, without query. */
  readonly path: string
  readonly host: string
  readonly headers: IncomingHttpHeaders
  /** Without the question mark. */
  readonly query: string
  /** Of the client, behind the proxies that are trusted. */
  readonly address: string
}

/** What lists show one by one. */
export type ListedKind = 'tool' | 'prompt' | 'resource' | 'resourceTemplate' | 'task'

/** What calls name that lists name in full, so that it can be told whether it exists. */
export type CataloguedKind = 'tool' | 'prompt'

/** The rules of the route as they stand for one request of one caller. See `Decisions`. */
export type Judge = {
  listed(kind: ListedKind, item: Readonly<Record<string, unknown>>, target: string): boolean
  decide(call: Call, target: string, upstreamName: string | undefined): CallFailure | undefined
  unseen(kind: CataloguedKind, target: string, name: string): boolean
}

/** The client's side of one HTTP request, as the gate hands it over. */
export type Client = {
  readonly identity: Identity
  /** Headers of the route's CORS policy and modifiers are set on it already. */
  readonly response: ServerResponse
  /** What rules and limits may look at besides the call. */
  readonly request: RequestFacts
  readonly judge: Judge
  /** X-Forwarded-* headers for the next hop, as a flat list of names and values. */
  readonly forwarded: readonly string[]
  /** The request, or a part of a batch, goes to this target alone: for logs and metrics. */
  reaches(target: string): void
  /** The answer is an event stream; it counts as one until it closes. */
  streaming(): void
  /** Answers with a failure; when the answer has begun already, cuts the connection. */
  fail(failure: CallFailure): void
  /**
   * The failure as a JSON-RPC error, for a stream that has begun or one answer among several.
   *
   * @param id JSON text; left out: the id of the call
   */
  errorText(failure: CallFailure, id?: string): string
}
