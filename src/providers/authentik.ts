import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** authentik: `https://host/application/o/{slug}/`, with the slash. */
export const authentik: ProviderProfile = defineProfile(oidc, {
  name: 'authentik',
  title: 'authentik',
  tested: 'documentation',
  recognised: ['*/application/o/*'],
  discovery: ['oidc'],
  claims: { client: ['azp', 'client_id'], roles: ['groups', 'roles'] },
  // `aud` is the client id (IBM/mcp-context-forge#4171); there are no resource indicators.
  audience: { kind: 'sealed' },
  registration: { strategy: 'static' },
  options: {},
  hints: {
    audience: 'list the client id in `audiences`, or keep `accessToken: auto`',
    registration:
      'create an OAuth2 provider and an application in authentik and set `clientId`; refresh tokens need its offline_access mapping',
  },
})
