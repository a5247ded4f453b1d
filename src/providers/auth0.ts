import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Auth0. The issuer ends in a slash: `https://tenant.auth0.com/`. */
export const auth0: ProviderProfile = defineProfile(oidc, {
  name: 'auth0',
  title: 'Auth0',
  recognised: ['https://*.auth0.com/'],
  endpoints: { revocation: '{origin}/oauth/revoke' },
  // RBAC permissions stand in `permissions` and not in `scope` (Auth0: "Enable Role-Based Access Control for APIs").
  claims: { scopes: ['permissions', 'scope'], roles: ['permissions', ...oidc.claims.roles] },
  // Without `audience` the token is encrypted and meant for Auth0's own userinfo endpoint; `resource` counts only
  // with the tenant's compatibility profile, and is forwarded to enterprise connections, where Entra refuses it.
  audience: { kind: 'audience' },
  // Clients that register themselves are third-party applications, which are asked for consent; whether a tenant
  // skips it could not be looked up, so nothing is promised.
  asksConsent: false,
  errors: { access_denied: 'invalid_grant' },
  hints: {
    audience:
      'in Auth0 create an API whose identifier is exactly {resource}, or name the identifier of an existing one in `auth0: {audience}` and `audiences`',
    directAudience:
      'in Auth0 create an API with the identifier {resource} and make it the default audience of the tenant',
    registration:
      'in Auth0 switch on Settings > Advanced > OIDC Dynamic Application Registration and promote a connection to domain level, or register a client there yourself and set `clientId`',
    refusals: {
      'Service not found':
        'in Auth0 create an API whose identifier is exactly the one that is named, a final slash included, or name that of an existing one in `auth0: {audience}`',
      'is not authorized to access resource server':
        'in Auth0 open the API (Settings > Access settings) and let third-party applications act for users',
    },
  },
  options: {
    ...oidc.options,
    audience: {
      type: 'string',
      description: 'Identifier of the API in Auth0, where it is not the URL of the MCP server',
      sets: { audience: { kind: 'audience', value: '{value}' } },
    },
  },
})
