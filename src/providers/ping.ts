import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** PingFederate and PingOne. */
export const ping: ProviderProfile = defineProfile(oidc, {
  name: 'ping',
  title: 'Ping Identity',
  tested: 'documentation',
  recognised: ['https://auth.pingone.*'],
  discovery: ['oidc', 'oauth'],
  // Ping, "Dynamic client registration endpoint": off until it is configured, so a static client is the rule.
  endpoints: { registration: '{origin}/as/clients.oauth2' },
  registration: { strategy: 'static' },
  // PingFederate, "Access token management: resource URIs": the authorization endpoint takes the resource as `aud`,
  // which picks the access token manager. In PingOne scopes of a custom resource do (not verified).
  audience: { kind: 'audience' },
  authorize: { rename: { audience: 'aud' } },
  options: {
    initialAccessToken: {
      type: 'secret',
      description:
        'Initial access token of dynamic client registration, where the server has that on: each MCP client gets a client there',
      sets: { registration: { strategy: 'relay' } },
    },
  },
  hints: {
    audience:
      'in PingFederate list {resource} among the resource URIs of an access token manager that gives JSON Web Tokens; in PingOne make it the audience of a custom resource',
    registration:
      'register a client at Ping and set `clientId`, or set `ping: {initialAccessToken}` where dynamic client registration is on',
  },
})
