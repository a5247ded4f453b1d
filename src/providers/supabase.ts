import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Supabase Auth: `https://{project}.supabase.co/auth/v1`. */
export const supabase: ProviderProfile = defineProfile(oidc, {
  name: 'supabase',
  title: 'Supabase Auth',
  tested: 'documentation',
  recognised: ['https://*.supabase.co/auth/v1'],
  discovery: ['oauth-appended', 'oidc', 'oauth'],
  claims: { roles: ['app_metadata.roles'] },
  // `aud` is always `authenticated`: supabase/auth#2610.
  audience: { kind: 'sealed' },
  hints: {
    audience: 'every Supabase token has the audience `authenticated`: keep `accessToken: auto`',
    registration:
      'in the Supabase dashboard switch on the OAuth server and its dynamic registration, with asymmetric signing keys, or set `clientId`',
  },
})
