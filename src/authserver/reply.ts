import type { RelayResponse } from './endpoint.ts'
import { describable, type OAuthError, statusOf } from './oauth-error.ts'

/** Browser clients of any origin may read every JSON answer; no cookie is looked at there. */
export const cors: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
}

/** JSON that nobody may keep. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): RelayResponse {
  return {
    status,
    headers: {
      ...cors,
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: JSON.stringify(body),
  }
}

export function errorReply(
  error: OAuthError,
  headers: Readonly<Record<string, string>> = {},
): RelayResponse {
  const { retryAfterSeconds } = error
  return json(
    statusOf(error),
    { error: error.error, error_description: describable(error.description) },
    retryAfterSeconds === undefined
      ? headers
      : { ...headers, 'retry-after': String(retryAfterSeconds) },
  )
}

/** Answer to a preflight request of any origin. */
export function preflight(methods: readonly string[]): RelayResponse {
  return {
    status: 204,
    headers: {
      ...cors,
      'access-control-allow-methods': methods.join(', '),
      // `*` covers every name but this one (Fetch §3.2.3); browser clients send MCP-Protocol-Version here.
      'access-control-allow-headers': 'Authorization, Content-Type, MCP-Protocol-Version, *',
      'access-control-max-age': '3600',
    },
    body: '',
  }
}

/** Sends the browser on; it must neither keep the answer nor tell the next page where it came from. */
export function redirect(
  location: string,
  cookies: readonly string[] = [],
  status: 302 | 303 = 302,
): RelayResponse {
  return {
    status,
    headers: {
      location,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
    },
    body: '',
  }
}
