import type { ProviderProfile } from '../providers/profile.ts'
import type { AuthFailure, AuthFailureKind } from './failure.ts'

/** What an operator may change so that tokens like this one are not refused; `{…}` is filled in. */
const hints: Readonly<Partial<Record<AuthFailureKind, string>>> = {
  // Auth0, Okta, Google and others give such tokens to whoever does not ask for an audience.
  malformed_token:
    'a provider that knows no audience for {resource} may give such tokens: {audience}',
  wrong_audience: '{audience}',
  wrong_token_type: 'the client sends something else than the access_token of the token response',
  wrong_issuer: 'write `issuer` exactly as the token has it, a final slash included',
  unsupported_algorithm: 'have {provider} sign access tokens with RS256 or ES256',
  not_yet_valid: 'the clocks of {provider} and of this gateway differ',
}

/** A failure with the advice that belongs to it, in the words of the provider where it has some. */
export function withHint(
  failure: AuthFailure,
  profile: ProviderProfile,
  resource: string,
): AuthFailure {
  const template = failure.hint ?? hints[failure.kind]
  if (template === undefined) return failure
  const hint = template
    .replaceAll('{audience}', () => profile.hints.audience)
    .replaceAll('{provider}', () => profile.title)
    .replaceAll('{resource}', () => resource)
  return { ...failure, hint }
}
