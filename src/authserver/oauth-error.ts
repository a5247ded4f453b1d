/**
 * An error response of an OAuth endpoint, as a value: RFC 6749 §4.1.2.1 and §5.2, RFC 7009 §2.2.1,
 * RFC 7591 §3.2.2, RFC 8707 §2, OpenID Connect Core §3.1.2.6.
 */
export type OAuthError = {
  readonly error: OAuthErrorCode
  /** For the client's developer: what was got, what was wanted. Never a token, never an upstream's cause. */
  readonly description: string
  /** Instead of the status that belongs to the code. */
  readonly status?: number
  readonly retryAfterSeconds?: number
}

const statuses = {
  access_denied: 403,
  account_selection_required: 400,
  consent_required: 400,
  insufficient_user_authentication: 400,
  interaction_required: 400,
  invalid_client: 401,
  invalid_client_metadata: 400,
  invalid_grant: 400,
  invalid_redirect_uri: 400,
  invalid_request: 400,
  invalid_scope: 400,
  invalid_target: 400,
  login_required: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  server_error: 500,
  temporarily_unavailable: 503,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  unsupported_token_type: 400,
} as const

export type OAuthErrorCode = keyof typeof statuses

export function oauthError(
  error: OAuthErrorCode,
  description: string,
  more: Pick<OAuthError, 'status' | 'retryAfterSeconds'> = {},
): OAuthError {
  return { error, description, ...more }
}

export function isOAuthError(value: unknown): value is OAuthError {
  return typeof value === 'object' && value !== null && 'error' in value && 'description' in value
}

export function isErrorCode(code: string): code is OAuthErrorCode {
  return Object.hasOwn(statuses, code)
}

/** HTTP status of the error at an endpoint that answers with JSON. */
export function statusOf(error: OAuthError): number {
  return error.status ?? statuses[error.error]
}

/** The characters that RFC 6749 §5.2 allows in a description, at most 600 of them. */
export function describable(text: string): string {
  return text
    .replace(/"/g, "'")
    .replace(/[^\x20-\x5b\x5d-\x7e]/g, ' ')
    .slice(0, 600)
}
