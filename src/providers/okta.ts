import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Okta with a custom authorization server: `https://company.okta.com/oauth2/{id}`. */
export const okta: ProviderProfile = defineProfile(oidc, {
  name: 'okta',
  title: 'Okta',
  recognised: ['https://*.okta.com*', 'https://*.oktapreview.com*'],
  // No inserted RFC 8414 form: agentgateway/agentgateway#1831.
  discovery: ['oidc', 'oauth-appended'],
  // Clients are registered at the organisation, whatever the authorization server: Okta, Dynamic Client Registration API.
  endpoints: { registration: '{origin}/oauth2/v1/clients' },
  // Okta, "Access tokens scopes and claims": `scp` is a list, `cid` the client, `uid` the user; `sub` is the login
  // name, which can change.
  claims: { subject: ['uid', 'sub'], scopes: ['scp'], client: ['cid'], roles: ['groups'] },
  // `aud` is the one Audience of the authorization server; neither `resource` nor `audience` changes it.
  audience: { kind: 'sealed' },
  // The endpoint answers 403 E0000005 without an API token (openai/codex#19154), so a static client is the rule.
  registration: { strategy: 'static', tokenScheme: 'SSWS' },
  hints: {
    audience:
      'in Okta set the Audience of the authorization server (Security > API) to {resource}, or list it in `audiences`; tokens of the organisation server itself cannot be checked by anybody but Okta',
    directAudience:
      'in Okta set the Audience of the authorization server (Security > API) to {resource}, or list it in `audiences`',
    registration:
      'register an app in Okta and set `clientId`, or set `okta: {initialAccessToken}` to an API token',
    refusals: {
      'Policy evaluation failed':
        'in Okta (Security > API > the authorization server > Access Policies) add a policy for the app with a rule that allows the grants authorization code and refresh token, the user and the scopes',
      'One or more scopes are not configured':
        'in Okta add the scopes to the authorization server (Security > API > Scopes), or change `scopesSupported`',
    },
  },
  options: {
    initialAccessToken: {
      type: 'secret',
      description: 'API token with which the gateway registers a client for each MCP client',
      sets: { registration: { strategy: 'relay' } },
    },
  },
})
