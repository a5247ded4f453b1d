import type { ServerResponse } from 'node:http'
import type { Identity } from '../auth/identity.ts'
import type { CallFailure } from './failure.ts'

/** The client's side of one HTTP request, as the gate hands it over. */
export type Client = {
  readonly identity: Identity
  /** Headers of the route's CORS policy and modifiers are set on it already. */
  readonly response: ServerResponse
  /** X-Forwarded-* headers for the next hop, as a flat list of names and values. */
  readonly forwarded: readonly string[]
  /** Answers with a failure; when the answer has begun already, cuts the connection. */
  fail(failure: CallFailure): void
  /** The failure as a JSON-RPC error with the id of the call, for a stream that has begun. */
  errorText(failure: CallFailure): string
}
