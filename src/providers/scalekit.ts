import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Scalekit: `https://{environment}/resources/{id}`. */
export const scalekit: ProviderProfile = defineProfile(oidc, {
  name: 'scalekit',
  title: 'Scalekit',
  tested: 'documentation',
  discovery: ['oauth', 'oidc'],
  // `aud` is the id of the resource and not its URL, and `iss` of older environments lacks `/resources/{id}`
  // (FastMCP, providers/scalekit.py); the issuer has to be configured as the tokens have it.
  hints: {
    audience: 'list the Scalekit resource id in `audiences`, or keep `accessToken: auto`',
    registration:
      'in the Scalekit dashboard allow dynamic client registration for the MCP server, or set `clientId`',
  },
})
