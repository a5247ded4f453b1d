/**
 * Why a call is refused before or instead of reaching a target. `http/failure.ts` maps each kind to a
 * status and a JSON-RPC code.
 */
export type CallFailure = {
  readonly kind: CallFailureKind
  readonly detail: string
  /** JSON-RPC `error.data`. */
  readonly data?: unknown
  readonly hint?: string
  /** Scopes that the call needs, all of them. */
  readonly scopes?: readonly string[]
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number
  /** The rule that decided, for the log. */
  readonly rule?: string
  /** More headers of the answer, as a flat list of names and values. */
  readonly headers?: readonly string[]
  /** The client has its answer already, from the target itself: there is nothing more to say. */
  readonly answered?: true
}

export type CallFailureKind =
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'unsupported_media_type'
  | 'parse_error'
  | 'invalid_request'
  | 'invalid_params'
  | 'header_mismatch'
  | 'unsupported_version'
  | 'method_not_found'
  | 'session_required'
  | 'unknown_session'
  | 'too_many_sessions'
  | 'target_unavailable'
  | 'target_failed'
  | 'target_refused_token'
  | 'timeout'
  | 'unknown_name'
  | 'denied'
  | 'token_needed'
  | 'insufficient_scope'
  | 'rate_limited'
  | 'limits_unavailable'
