import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Google: `https://accounts.google.com`. */
export const google: ProviderProfile = defineProfile(oidc, {
  name: 'google',
  title: 'Google',
  recognised: ['https://accounts.google.com'],
  discovery: ['oidc'],
  claims: { subject: ['sub'], scopes: ['scope'], client: ['aud', 'azp'], roles: ['roles'] },
  // Access tokens can be read by Google alone. Its tokeninfo endpoint says for which client one was made, and has to
  // be asked for ours: any Google token would pass otherwise.
  tokens: {
    kind: 'opaque',
    check: {
      url: 'https://oauth2.googleapis.com/tokeninfo',
      // In the body, because URLs end up in logs.
      method: 'POST',
      token: { in: 'form', name: 'access_token' },
      authenticated: false,
      client: 'aud',
      claims: { sub: 'sub', scope: 'scope', exp: 'exp', email: 'email', azp: 'azp', aud: 'aud' },
      refused: [400],
    },
  },
  audience: { kind: 'sealed' },
  // Google answers with the long names, and refuses `offline_access` as an unknown scope.
  scopes: {
    translate: {
      email: 'https://www.googleapis.com/auth/userinfo.email',
      profile: 'https://www.googleapis.com/auth/userinfo.profile',
      offline_access: '',
    },
    default: ['openid'],
  },
  // Google, "Using OAuth 2.0 for Web Server Applications": a refresh token comes with access_type=offline, and after
  // the first time only together with a new consent.
  authorize: { add: { access_type: 'offline', prompt: 'consent' } },
  refresh: { scope: 'drop', offered: true },
  registration: { strategy: 'static' },
  hints: {
    audience: 'Google tokens have no audience of yours: keep `accessToken: auto`',
    directAudience: 'Google gives tokens that nobody else can check',
    registration:
      'create an OAuth client (Web application) in the Google Cloud console and set `clientId` and `clientSecret`',
  },
  options: {},
})
