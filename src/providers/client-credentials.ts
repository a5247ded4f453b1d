import type { ProviderProfile, SecretMethod } from './profile.ts'

/**
 * How the gateway shows its secret to an endpoint of the provider: the profile's best method that the
 * metadata lists for it.
 *
 * @param offered as in `token_endpoint_auth_methods_supported`; RFC 8414 §2: says nothing means Basic
 */
export function secretMethod(
  { clientAuthentication }: Pick<ProviderProfile, 'clientAuthentication'>,
  offered: readonly string[] | undefined,
): SecretMethod {
  const [best = 'client_secret_basic'] = clientAuthentication
  return clientAuthentication.find(method => offered?.includes(method)) ?? best
}

/** The value of `Authorization` (RFC 6749 §2.3.1), which wants both halves form-encoded. */
export function basicCredentials(id: string, secret: string): string {
  return `Basic ${Buffer.from([id, secret].map(encode).join(':')).toString('base64')}`
}

function encode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
