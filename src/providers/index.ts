import { auth0 } from './auth0.ts'
import { keycloak } from './keycloak.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Every provider that `provider: {name: {…}}` can name. */
export const profiles: Readonly<Record<string, ProviderProfile>> = {
  keycloak,
  auth0,
  oidc,
}
