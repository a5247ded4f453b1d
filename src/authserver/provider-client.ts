import type { SecretMethod } from '../providers/profile.ts'

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
