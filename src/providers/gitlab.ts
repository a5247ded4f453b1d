import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** GitLab, `https://gitlab.com` or an instance of one's own. */
export const gitlab: ProviderProfile = defineProfile(oidc, {
  name: 'gitlab',
  title: 'GitLab',
  tested: 'documentation',
  recognised: ['https://gitlab.*'],
  discovery: ['oidc'],
  claims: { subject: ['sub'], scopes: ['scope'], client: ['client_id'], roles: [] },
  // GitLab, "OAuth 2.0 identity provider API": access tokens are opaque, and say to whoever holds them which application
  // they were made for; introspection would not say which user.
  tokens: {
    kind: 'opaque',
    check: {
      url: '{issuer}/oauth/token/info',
      method: 'GET',
      token: { in: 'header', name: 'authorization' },
      authenticated: false,
      client: 'application.uid',
      claims: { sub: 'resource_owner_id', scope: 'scope', client_id: 'application.uid' },
      refused: [401],
    },
    assumedSeconds: 7200,
  },
  audience: { kind: 'sealed' },
  // Refresh tokens come without it, and it is no scope there.
  scopes: { translate: { offline_access: '' } },
  refresh: { scope: 'drop', offered: true },
  registration: { strategy: 'static' },
  hints: {
    audience: 'GitLab tokens have no audience: keep `accessToken: auto`',
    directAudience: 'GitLab gives tokens that nobody else can check',
    registration:
      'add an application in GitLab (of a user, a group or the instance) with the callback URL of the gateway and the scopes, and set `clientId` and `clientSecret`',
  },
  options: {},
})
