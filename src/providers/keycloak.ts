import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Keycloak; every line was measured with 26.7.3. */
export const keycloak: ProviderProfile = defineProfile(oidc, {
  name: 'keycloak',
  title: 'Keycloak',
  tested: 'keycloak',
  recognised: ['*/realms/*'],
  // The appended OpenID form answers in every version; the inserted RFC 8414 form only in newer ones.
  discovery: ['oidc', 'oauth', 'oauth-appended'],
  endpoints: {
    authorization: '{issuer}/protocol/openid-connect/auth',
    token: '{issuer}/protocol/openid-connect/token',
    jwks: '{issuer}/protocol/openid-connect/certs',
    registration: '{issuer}/clients-registrations/openid-connect',
    revocation: '{issuer}/protocol/openid-connect/revoke',
    introspection: '{issuer}/protocol/openid-connect/token/introspect',
  },
  // There is no `client_id` claim; a token names its client in `azp`.
  claims: {
    client: ['azp', 'client_id'],
    roles: ['realm_access.roles', 'resource_access', 'roles', 'groups'],
  },
  // The payload's own `typ` tells token kinds apart: `Bearer` is the access token's.
  tokens: { refuse: { ...oidc.tokens.refuse, typ: ['ID', 'Refresh', 'Offline', 'Logout'] } },
  // Without the experimental resource-indicators feature `resource` changes no `aud`, and a resource
  // with a query string breaks the authorization with `invalid_target`.
  audience: { kind: 'sealed' },
  // "Trusted Hosts" holds for every URL of a registration ("Client URIs Must Match"): with the home page of the
  // Inspector or of mcp-remote in it, a realm that trusts the gateway refuses them.
  registration: { strip: ['client_uri'] },
  // Wrong client credentials are 401 `unauthorized_client`; registration policies are 403 `insufficient_scope`.
  errors: { unauthorized_client: 'invalid_client' },
  // The default policy "Consent Required" holds for every client that registered anonymously.
  asksConsent: true,
  hints: {
    audience:
      'in Keycloak add an audience mapper with the custom audience {resource} to a client scope, make the scope a default one or name it in `keycloak: {audienceScope}`; or list what `aud` holds in `audiences`',
    directAudience:
      'in Keycloak add an audience mapper with the custom audience {resource} to a default client scope of the realm, or list what `aud` holds in `audiences`',
    registration:
      'in Keycloak see Clients > Client registration > Anonymous access policies: "Trusted Hosts" has to list the gateway, "Max Clients Limit" (200) has to leave room; or set `registration: {initialAccessToken}`, or register a client there yourself and set `clientId`',
    refusals: {
      'Offline tokens not allowed':
        'in Keycloak give the user the role offline_access (it is among the default roles of a realm), or set `keycloak: {offlineAccess: false}`',
      'Invalid scopes':
        'in Keycloak make the scope an optional client scope of the client, and of the realm (Client scopes, Assigned type) for clients that register themselves',
    },
  },
  options: {
    ...oidc.options,
    audienceScope: {
      type: 'string',
      description: 'Client scope with an audience mapper for the MCP URL; the gateway asks for it',
      pattern: '^[!#-\\[\\]-~]+$',
      sets: { audience: { kind: 'scope', scope: '{value}' } },
    },
    resourceIndicators: {
      type: 'boolean',
      description: 'The server runs with --features=resource-indicators: `resource` is passed on',
      when: true,
      sets: { audience: { kind: 'resource' } },
    },
    offlineAccess: {
      type: 'boolean',
      description:
        'Whether `offline_access` is passed on (the default), which makes offline sessions that outlive the login',
      when: false,
      sets: { scopes: { translate: { offline_access: '' } } },
    },
  },
})
