import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Clerk, on the Frontend API URL of the instance. */
export const clerk: ProviderProfile = defineProfile(oidc, {
  name: 'clerk',
  title: 'Clerk',
  tested: 'documentation',
  recognised: ['https://*.clerk.accounts.dev'],
  discovery: ['oauth', 'oidc'],
  // Clerk tokens carry no `aud` at all (Skybridge, clerkProvider).
  audience: { kind: 'sealed' },
  hints: {
    audience:
      'Clerk tokens have no audience: keep `accessToken: auto`, and have the OAuth application give JSON Web Tokens',
    registration: 'in the Clerk dashboard switch on dynamic client registration, or set `clientId`',
  },
})
