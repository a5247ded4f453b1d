import type { Members } from '../authserver/quirky-provider.ts'

/** Has oidc-provider make a JSON Web Token with the scopes of an API. */
export const asApi = (parameters: URLSearchParams): void => {
  if (parameters.has('response_type')) parameters.set('resource', 'urn:example:api')
}

/** A client that the operator registered, with the secret of the examples. */
export const byHand = (client_id: string, callback: string, method: string): object => ({
  client_id,
  client_secret: 'change-me',
  redirect_uris: [callback],
  token_endpoint_auth_method: method,
})

export const without = (document: Members, ...names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)))

/** An authorization response without `iss`. */
export const silent = (parameters: URLSearchParams): void => parameters.delete('iss')

/** Members of metadata that one provider or the other leaves out. */
export const ISS = 'authorization_response_iss_parameter_supported'
export const PKCE = 'code_challenge_methods_supported'
export const DCR = 'registration_endpoint'
