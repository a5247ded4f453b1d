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
