import type { AuthFailure, AuthFailureKind } from '../auth/failure.ts'
import type { CallFailure, CallFailureKind } from '../mcp/failure.ts'

/** Every expected refusal of the gateway, wherever it was found. */
export type Failure = AuthFailure | CallFailure | EdgeFailure

/** Refusals of the HTTP edge itself. */
export type EdgeFailure = {
  readonly kind: EdgeFailureKind
  readonly detail: string
  /** The rule that decided, for the log. */
  readonly rule?: string
}

export type EdgeFailureKind =
  | 'malformed_target'
  | 'unknown_host'
  | 'foreign_origin'
  | 'no_route'
  | 'body_too_large'
  | 'body_too_slow'
  | 'document_method'
  | 'forbidden'
  | 'no_backend'
  | 'not_protected'
  | 'internal_error'

/** How a failure looks on the wire. */
export type FailureWire = {
  readonly status: number
  /** JSON-RPC code of the answer to a message. */
  readonly code: number
  /** OAuth error code (RFC 6750 §3.1) where a challenge goes with it; null: a challenge without one. */
  readonly oauth?: 'invalid_token' | 'invalid_request' | 'insufficient_scope' | null
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number
  /** What it means, for the reference. */
  readonly meaning: string
}

const SERVER_ERROR = -32000
const INVALID_TOKEN = { status: 401, code: SERVER_ERROR, oauth: 'invalid_token' } as const

/**
 * The one place where failures get their status and code: RFC 6750 §3.1, RFC 9110 §15, JSON-RPC 2.0 §5.1
 * and the error codes of spec 2026-07-28, basic/index#error-codes. A kind without a row does not compile.
 */
export const FAILURES: Readonly<
  Record<AuthFailureKind | CallFailureKind | EdgeFailureKind, FailureWire>
> = {
  missing_token: { status: 401, code: SERVER_ERROR, oauth: null, meaning: 'no token was sent' },
  malformed_request: {
    status: 400,
    code: -32600,
    oauth: 'invalid_request',
    meaning: 'the credential is sent in a way that RFC 6750 does not allow',
  },
  malformed_token: { ...INVALID_TOKEN, meaning: 'what was sent is no token of this issuer' },
  unsupported_algorithm: {
    ...INVALID_TOKEN,
    meaning: 'the token is signed in a way that is not accepted',
  },
  wrong_token_type: {
    ...INVALID_TOKEN,
    meaning: 'an ID token, refresh token or the like, not an access token',
  },
  unknown_key: { ...INVALID_TOKEN, meaning: 'signed with a key that the issuer does not publish' },
  bad_signature: { ...INVALID_TOKEN, meaning: 'the signature does not fit' },
  expired: { ...INVALID_TOKEN, meaning: 'the token is past its time' },
  not_yet_valid: { ...INVALID_TOKEN, meaning: 'the token is not valid yet' },
  missing_claim: { ...INVALID_TOKEN, meaning: 'the token lacks a claim that is required' },
  wrong_issuer: { ...INVALID_TOKEN, meaning: 'issued by somebody else' },
  wrong_audience: { ...INVALID_TOKEN, meaning: 'issued for another resource' },
  keys_unavailable: {
    status: 503,
    code: SERVER_ERROR,
    retryAfter: 5,
    meaning:
      'the token cannot be checked: the keys of the issuer have never been reached, or it cannot be asked about the token',
  },
  unknown_api_key: { ...INVALID_TOKEN, meaning: 'the API key is none of the route' },
  too_many_failures: {
    status: 429,
    code: SERVER_ERROR,
    meaning: 'too many bad tokens or API keys came from this address; known good ones still work',
  },

  method_not_allowed: {
    status: 405,
    code: SERVER_ERROR,
    meaning: 'the MCP endpoint takes POST, and GET and DELETE with a legacy session',
  },
  not_acceptable: {
    status: 406,
    code: SERVER_ERROR,
    meaning: 'the client accepts neither JSON nor event streams',
  },
  unsupported_media_type: {
    status: 415,
    code: SERVER_ERROR,
    meaning: 'the body is not declared as JSON',
  },
  parse_error: { status: 400, code: -32700, meaning: 'the body is not JSON' },
  invalid_request: {
    status: 400,
    code: -32600,
    meaning: 'the body is no JSON-RPC message, or not one for here',
  },
  invalid_params: {
    status: 400,
    code: -32602,
    meaning: 'the parameters lack what every request of the revision carries',
  },
  header_mismatch: {
    status: 400,
    code: -32020,
    meaning: 'a header and the body disagree (SEP-2243)',
  },
  unsupported_version: {
    status: 400,
    code: -32022,
    meaning: 'a protocol version that the gateway does not know',
  },
  method_not_found: { status: 404, code: -32601, meaning: 'no such method' },
  session_required: { status: 400, code: SERVER_ERROR, meaning: 'only a session can do this' },
  unknown_session: {
    status: 404,
    code: SERVER_ERROR,
    meaning: 'the session is unknown, over, or of somebody else: initialize again',
  },
  too_many_sessions: {
    status: 503,
    code: SERVER_ERROR,
    retryAfter: 30,
    meaning: 'a limit of sessions is reached',
  },
  target_unavailable: {
    status: 503,
    code: -32603,
    retryAfter: 5,
    meaning: 'the MCP server cannot be reached',
  },
  target_failed: {
    status: 502,
    code: -32603,
    meaning: 'the MCP server broke off or answered what is no MCP',
  },
  target_refused_token: {
    ...INVALID_TOKEN,
    meaning:
      'the MCP server does not take the token of the client, which the configuration passes on',
  },
  timeout: { status: 504, code: -32603, meaning: 'the MCP server did not answer in time' },
  unknown_name: {
    status: 200,
    code: -32602,
    meaning: 'no such tool, prompt, resource or task, or one that rules keep from this caller',
  },
  denied: {
    status: 200,
    code: -32602,
    meaning: 'rules keep this from the caller, and `denied: explain` says so',
  },
  token_needed: {
    status: 401,
    code: SERVER_ERROR,
    oauth: null,
    meaning: 'this call needs scopes, and the caller sent no token',
  },
  insufficient_scope: {
    status: 403,
    code: SERVER_ERROR,
    oauth: 'insufficient_scope',
    meaning: 'the token is good but lacks scopes; the challenge names all that the call needs',
  },
  rate_limited: { status: 429, code: SERVER_ERROR, meaning: 'a rate limit is used up' },
  limits_unavailable: {
    status: 503,
    code: SERVER_ERROR,
    retryAfter: 5,
    meaning: 'the store of rate limits cannot be reached, and `onStoreFailure: deny` is set',
  },

  malformed_target: {
    status: 400,
    code: -32600,
    meaning: 'request line and Host do not fit together',
  },
  unknown_host: {
    status: 403,
    code: -32600,
    meaning: 'the Host is none of this listener (DNS rebinding)',
  },
  foreign_origin: { status: 403, code: -32600, meaning: 'the Origin may not use this route' },
  no_route: { status: 404, code: -32600, meaning: 'no route takes this request' },
  body_too_large: { status: 413, code: -32600, meaning: 'the body is larger than maxBodyBytes' },
  body_too_slow: { status: 408, code: -32600, meaning: 'the body did not arrive in time' },
  document_method: { status: 405, code: -32600, meaning: 'a document that can only be read' },
  forbidden: {
    status: 403,
    code: SERVER_ERROR,
    meaning: 'the rules of the route deny the request',
  },
  no_backend: { status: 500, code: -32603, meaning: 'nothing that exists serves the route' },
  not_protected: {
    status: 503,
    code: -32603,
    retryAfter: 30,
    meaning: 'a policy of the route cannot be used, so nobody gets through',
  },
  internal_error: {
    status: 500,
    code: -32603,
    meaning: 'a fault of the gateway; the log has its cause',
  },
}
