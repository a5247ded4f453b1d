import type { RelayResponse } from './endpoint.ts'
import { describable, isOAuthError, type OAuthError } from './oauth-error.ts'
import { redirect } from './reply.ts'

/** Where an authorization response goes, and what of the request comes back with it. */
export type AnswerAddress = {
  /** Already found to be the client's. */
  readonly redirectUri: string
  readonly state: string | undefined
  readonly issuer: string
}

/**
 * Sends the browser back to the client with a code or an error (RFC 6749 §4.1.2), and in both cases with the
 * client's `state` and the gateway's `iss` (RFC 9207 §2).
 */
export function answerClient(
  { redirectUri, state, issuer }: AnswerAddress,
  answer: OAuthError | { readonly code: string },
  cookies: readonly string[] = [],
  status: 302 | 303 = 302,
): RelayResponse {
  const parameters = new URLSearchParams(
    isOAuthError(answer)
      ? { error: answer.error, error_description: describable(answer.description) }
      : { code: answer.code },
  )
  if (state !== undefined) parameters.set('state', state)
  parameters.set('iss', issuer)
  // No URL parser: what a private-use scheme looks like is the app's own business.
  const join = redirectUri.includes('?') ? '&' : '?'
  return redirect(`${redirectUri}${join}${parameters}`, cookies, status)
}
