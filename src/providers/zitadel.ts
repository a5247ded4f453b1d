import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Zitadel. */
export const zitadel: ProviderProfile = defineProfile(oidc, {
  name: 'zitadel',
  title: 'Zitadel',
  tested: 'documentation',
  recognised: ['https://*.zitadel.cloud'],
  discovery: ['oidc'],
  // Zitadel, "Claims": roles are the keys of an object; "Scopes": roles come with a scope or by a project setting.
  claims: { client: ['client_id', 'azp'], roles: ['urn:zitadel:iam:org:project:roles'] },
  // No resource indicators (zitadel/zitadel#12710); a reserved scope puts a project into `aud`.
  audience: { kind: 'sealed' },
  // Registration was merged in June 2026 (zitadel/zitadel#12313) and is off by default.
  registration: { strategy: 'static' },
  hints: {
    audience:
      'set the app of the gateway to JSON Web Tokens, and `zitadel: {projectId}` with the same id in `audiences`, or keep `accessToken: auto`',
    registration: 'create an app in Zitadel and set `clientId`',
  },
  options: {
    projectId: {
      type: 'string',
      pattern: '^[0-9]+$',
      description: 'Project whose id is asked for as an audience',
      sets: { audience: { kind: 'scope', scope: 'urn:zitadel:iam:org:project:id:{value}:aud' } },
    },
  },
})
