import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Amazon Cognito: `https://cognito-idp.{region}.amazonaws.com/{pool}`. */
export const cognito: ProviderProfile = defineProfile(oidc, {
  name: 'cognito',
  title: 'Amazon Cognito',
  recognised: ['https://cognito-idp.*.amazonaws.com/*'],
  // The only place, on another host than the login pages; does not name S256: anthropics/claude-ai-mcp#946.
  discovery: ['oidc'],
  // Amazon, "Understanding the access token": no `aud`, the app client stands in `client_id`. An operator who lists app
  // clients in `audiences` accepts every token that these have got, for whatever server.
  claims: {
    scopes: ['scope'],
    client: ['client_id'],
    roles: ['cognito:groups'],
    audience: ['aud', 'client_id'],
  },
  tokens: { require: { token_use: ['access'] } },
  audience: { kind: 'sealed' },
  // `offline_access` is unknown there; refresh tokens come without it.
  scopes: {
    translate: { offline_access: '' },
    plain: ['openid', 'profile', 'email', 'phone', 'aws.cognito.signin.user.admin'],
  },
  // Amazon, "Token endpoint": only a pool with rotation gives a new refresh token; the old one goes on.
  refresh: { scope: 'drop', offered: true },
  registration: { strategy: 'static' },
  hints: {
    audience:
      'Cognito puts no audience into access tokens: keep `accessToken: auto`, or list the app client ids in `audiences`',
    directAudience: 'Cognito puts no audience into access tokens',
    registration:
      'create an app client with the callback URL of the gateway and set `clientId` and `clientSecret`',
    refusals: {
      invalid_scope:
        'in Cognito let the app client use the scopes (Login pages > OpenID Connect scopes and Custom scopes), and name the resource server in `cognito: {resourceServer}`',
    },
  },
  options: {
    resourceServer: {
      type: 'string',
      description:
        'Identifier of the resource server, put before scopes: `tools` becomes `identifier/tools`',
      sets: { scopes: { prefix: '{value}/' } },
    },
    resourceBinding: {
      type: 'boolean',
      description:
        'The pool binds access tokens to the `resource` that was asked for (not verified)',
      when: true,
      sets: { audience: { kind: 'resource' } },
    },
  },
})
