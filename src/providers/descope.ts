import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Descope: `https://api.descope.com/v1/apps/agentic/{project}/{server}` or `/v1/apps/{project}`. */
export const descope: ProviderProfile = defineProfile(oidc, {
  name: 'descope',
  title: 'Descope',
  tested: 'documentation',
  recognised: ['https://api.descope.com/*'],
  // Descope, "Discovery Endpoints": appended to the issuer; keys lie elsewhere on the host, so they are never computed.
  discovery: ['oidc', 'oauth-appended'],
  // `aud` is the project or the MCP server of Descope's, so tokens are sealed unless that is listed in `audiences`.
  claims: { roles: ['roles'] },
  hints: {
    audience:
      'list the Descope project id or MCP server id in `audiences`, or keep `accessToken: auto`',
    registration:
      'in the Descope console allow dynamic client registration for the MCP server, or set `clientId`',
  },
})
