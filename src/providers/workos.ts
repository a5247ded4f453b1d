import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** WorkOS AuthKit: `https://{name}.authkit.app`. */
export const workos: ProviderProfile = defineProfile(oidc, {
  name: 'workos',
  title: 'WorkOS AuthKit',
  tested: 'documentation',
  recognised: ['https://*.authkit.app'],
  // WorkOS, "MCP: Integrating": RFC 8414 metadata at the AuthKit domain, dynamic registration a switch in the dashboard.
  discovery: ['oauth', 'oidc'],
  // Claims as in the session tokens of AuthKit (not verified for these).
  claims: { roles: ['roles', 'role'] },
  hints: {
    audience:
      'in the WorkOS dashboard list {resource} as a resource of the MCP configuration; without it `aud` is the environment',
    registration:
      'in the WorkOS dashboard switch on dynamic client registration, or set `clientId`',
  },
})
