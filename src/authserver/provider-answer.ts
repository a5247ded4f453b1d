import type { FetchResponse } from '../providers/fetch.ts'
import type { ProviderProfile } from '../providers/profile.ts'
import { isErrorCode, type OAuthError, type OAuthErrorCode, oauthError } from './oauth-error.ts'

/** Members of a provider's answer; a form-encoded one has texts only. */
export type AnswerMembers = Readonly<Record<string, unknown>>

/**
 * Reads an answer of a token or registration endpoint: JSON, or the form encoding that GitHub uses.
 * Undefined for anything else, such as the HTML of an error page.
 */
export function readAnswer(response: FetchResponse): AnswerMembers | undefined {
  try {
    const value: unknown = JSON.parse(response.body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as AnswerMembers)
      : undefined
  } catch {
    const form = Object.fromEntries(new URLSearchParams(response.body))
    return 'access_token' in form || 'error' in form ? form : undefined
  }
}

/**
 * The OAuth error that a provider's refusal comes down to: its own codes translated by the profile, its
 * statuses replaced by those of RFC 6749 §5.2, its failures hidden.
 *
 * @param what was asked, for a description when the provider gives none
 */
export function providerError(
  profile: ProviderProfile,
  response: FetchResponse,
  what: string,
): OAuthError {
  const members = readAnswer(response)
  const named = typeof members?.error === 'string' ? members.error : ''
  const code = profile.errors[named] ?? named
  if (response.status === 429) {
    return oauthError('temporarily_unavailable', `${profile.title} asks to slow down`, {
      retryAfterSeconds: Number(response.headers['retry-after']) || 5,
    })
  }
  if (response.status >= 500 || members === undefined || (response.status < 300 && named === '')) {
    const failed: OAuthErrorCode =
      response.status >= 500 ? 'temporarily_unavailable' : 'server_error'
    return oauthError(failed, `${profile.title} failed to ${what}; the gateway log has its answer`)
  }
  const said = members.error_description ?? members.errorSummary ?? members.message ?? named
  const description = withAdvice(
    profile,
    named,
    typeof said === 'string' && said !== '' ? said : `${profile.title} refused to ${what}`,
  )
  return isErrorCode(code)
    ? oauthError(code, description)
    : oauthError('invalid_request', named === '' ? description : `${named}: ${description}`)
}

/** What the provider says, and what the operator can change where the profile knows. */
export function withAdvice({ hints }: ProviderProfile, error: string, said: string): string {
  const known = Object.entries(hints.refusals).find(([text]) => `${error} ${said}`.includes(text))
  return known === undefined ? said : `${said.replace(/\.?\s*$/, '')}. To the operator: ${known[1]}`
}
