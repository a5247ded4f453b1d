import type { ProviderProfile, SecretMethod } from '../providers/profile.ts'
import type { ProviderDocument } from './provider-document.ts'

/** The gateway's own client at the provider, as it authenticates there. */
export type ProviderClient = {
  readonly id: string
  readonly secret?: string
  readonly method: 'none' | SecretMethod
}

/** A provider client inside a sealed value; the configured one without its secret, which can change. */
export type CarriedClient = { readonly id: string } | ProviderClient

/** The one place of the callback; operators register it at the provider. */
export function callbackUrl(origin: string): string {
  return `${origin}/oauth/callback`
}

/** The profile's best method that the provider offers; RFC 8414 §2: says nothing means Basic. */
export function secretMethod(profile: ProviderProfile, document: ProviderDocument): SecretMethod {
  const offered = document.tokenEndpointAuthMethods
  const [best = 'client_secret_basic'] = profile.clientAuthentication
  return profile.clientAuthentication.find(method => offered?.includes(method)) ?? best
}
