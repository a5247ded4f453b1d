import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Ory Hydra. */
export const hydra: ProviderProfile = defineProfile(oidc, {
  name: 'hydra',
  title: 'Ory Hydra',
  tested: 'documentation',
  discovery: ['oidc', 'oauth'],
  // Not announced in every set-up (stacklok/toolhive, pkg/auth/dcr); the path was not verified.
  endpoints: { registration: '{issuer}/oauth2/register' },
  claims: { scopes: ['scp', 'scope'] },
  // Ory, "Audience": a parameter of the authorization request, limited to what is listed at the client.
  audience: { kind: 'audience' },
  // Clients are registered for Basic unless they say otherwise, and nothing else works then: stacklok/toolhive#5865.
  clientAuthentication: ['client_secret_basic'],
  hints: {
    audience:
      'list {resource} in `audience` of the client in Hydra, and set `strategies.access_token: jwt`, because tokens are opaque otherwise',
    registration:
      'set `oidc.dynamic_client_registration.enabled` in Hydra, or create a client and set `clientId`',
  },
})
