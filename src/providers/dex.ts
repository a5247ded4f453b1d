import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Dex. */
export const dex: ProviderProfile = defineProfile(oidc, {
  name: 'dex',
  title: 'Dex',
  tested: 'documentation',
  discovery: ['oidc'],
  claims: { client: ['azp', 'client_id'], roles: ['groups'] },
  // Dex, "Scopes and Claims": `aud` is a client id, another one's with `audience:server:client_id:…`.
  audience: { kind: 'sealed' },
  // Only over gRPC: dexidp/dex#186.
  registration: { strategy: 'static' },
  options: {},
  hints: {
    audience: 'list the client id in `audiences`, or keep `accessToken: auto`',
    registration:
      'add a static client to the Dex configuration and set `clientId` and `clientSecret`',
  },
})
