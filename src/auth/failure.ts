/**
 * Why a caller is not let in, as a closed union. `detail` is written for the client's developer: what
 * was got, what was wanted; never a token. http/failure.ts maps each kind to a status.
 */
export type AuthFailure = {
  readonly kind: AuthFailureKind
  readonly detail: string
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number
  /** What the operator may change, for the log. */
  readonly hint?: string
}

export type AuthFailureKind =
  | 'missing_token'
  | 'malformed_request'
  | 'malformed_token'
  | 'unsupported_algorithm'
  | 'wrong_token_type'
  | 'unknown_key'
  | 'bad_signature'
  | 'expired'
  | 'not_yet_valid'
  | 'missing_claim'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'keys_unavailable'
  | 'unknown_api_key'
  | 'too_many_failures'

/** Tells a failure from everything that a check gives when it passes. */
export function isFailure(value: object): value is AuthFailure {
  return 'kind' in value && 'detail' in value
}
