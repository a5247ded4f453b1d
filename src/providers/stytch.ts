import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Stytch Connected Apps, on the project's domain. */
export const stytch: ProviderProfile = defineProfile(oidc, {
  name: 'stytch',
  title: 'Stytch',
  tested: 'documentation',
  recognised: ['https://*.customers.stytch.com'],
  discovery: ['oauth', 'oidc'],
  // `aud` is the project id (not verified), and nothing says that `resource` is understood.
  audience: { kind: 'sealed' },
  hints: {
    audience: 'list the Stytch project id in `audiences`, or keep `accessToken: auto`',
    registration:
      'in the Stytch dashboard allow dynamic registration of Connected Apps, or set `clientId`',
  },
})
