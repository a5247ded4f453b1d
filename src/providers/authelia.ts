import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Authelia. */
export const authelia: ProviderProfile = defineProfile(oidc, {
  name: 'authelia',
  title: 'Authelia',
  tested: 'documentation',
  discovery: ['oidc', 'oauth'],
  claims: { roles: ['groups', 'roles'] },
  // Authelia, "OpenID Connect: introduction": resource indicators are complete, dynamic registration does not exist.
  registration: { strategy: 'static' },
  options: {},
  hints: {
    audience:
      'in the Authelia configuration of the client add {resource} to `audience` and set `access_token_signed_response_alg: RS256`, because tokens are opaque otherwise',
    registration: 'add a client to the Authelia configuration and set `clientId`',
  },
})
