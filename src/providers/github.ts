import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

const DAY = 24 * 3600

/** GitHub, an OAuth App or a GitHub App: `https://github.com`. */
export const github: ProviderProfile = defineProfile(oidc, {
  name: 'github',
  title: 'GitHub',
  recognised: ['https://github.com*'],
  // No metadata for apps of one's own.
  discovery: [],
  endpoints: {
    authorization: '{issuer}/login/oauth/authorize',
    token: '{issuer}/login/oauth/access_token',
  },
  claims: { subject: ['sub'], scopes: ['scope'], client: ['client_id'], roles: [] },
  // Tokens have no audience: whoever only asks who the user is accepts every personal access token. The check of an
  // app's own token does not (GitHub REST API, "Check a token"). Tokens of OAuth Apps do not end.
  tokens: {
    kind: 'opaque',
    check: {
      url: 'https://api.github.com/applications/{client_id}/token',
      method: 'POST',
      token: { in: 'json', name: 'access_token' },
      authenticated: true,
      client: 'app.client_id',
      claims: {
        sub: 'user.id',
        login: 'user.login',
        scope: 'scopes',
        client_id: 'app.client_id',
        exp: 'expires_at',
      },
      // GitHub REST API, "Check a token": 404 for one that is not valid, 422 for what is no token.
      refused: [404, 422],
    },
    assumedSeconds: 30 * DAY,
  },
  audience: { kind: 'sealed' },
  // GitHub, "Authorizing OAuth apps" and "Scopes for OAuth apps": no OpenID Connect; commas in the answer.
  scopes: {
    translate: { openid: '', profile: 'read:user', email: 'user:email', offline_access: '' },
    default: [],
    separator: ',',
  },
  refresh: { scope: 'drop', offered: false },
  registration: { strategy: 'static' },
  clientAuthentication: ['client_secret_post'],
  // GitHub, "Troubleshooting OAuth app access token request errors": errors come with status 200.
  errors: {
    bad_verification_code: 'invalid_grant',
    bad_refresh_token: 'invalid_grant',
    incorrect_client_credentials: 'invalid_client',
    redirect_uri_mismatch: 'invalid_grant',
    unverified_user_email: 'access_denied',
  },
  hints: {
    audience: 'GitHub tokens have no audience: keep `accessToken: auto`',
    directAudience: 'GitHub gives tokens that nobody else can check',
    registration:
      'create an OAuth App on GitHub with the callback URL of the gateway and set `clientId` and `clientSecret`',
  },
  options: {
    expiringTokens: {
      type: 'boolean',
      description: 'It is a GitHub App whose user tokens expire, so refresh tokens are given',
      when: true,
      sets: { refresh: { offered: true } },
    },
    apiUrl: {
      type: 'string',
      pattern: '^https://',
      description:
        'REST API of a GitHub Enterprise Server, such as `https://github.example/api/v3`',
      sets: { tokens: { check: { url: '{value}/applications/{client_id}/token' } } },
    },
  },
})
