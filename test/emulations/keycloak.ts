import { firstOf, refuses, respell, scopesHave, scopesOf } from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'

export const keycloak: Emulation = {
  provider: 'keycloak',
  example: 'keycloak-audience-scope/portcullis.yaml',
  issuer: 'http://localhost:7080/realms/mcp',
  admits: 'identity.subject == "alice" && hasRole("admin") && "profile" in identity.scopes',
  token: 'own',
  scope: 'profile',
  quirks: ({ resource }) => ({
    path: '/realms/mcp',
    discovery: ['oidc', 'oauth-appended'],
    authorize: firstOf(
      refuses('resource'),
      scopesHave(scope => scope !== 'mcp:tools'),
    ),
    register: (metadata, headers) => {
      if (headers.origin !== undefined) return 'invalid_origin'
      return 'scope' in metadata || 'client_uri' in metadata ? 'insufficient_scope' : undefined
    },
    translate: parameters => {
      if (scopesOf(parameters).includes('mcp-resource')) parameters.set('resource', resource)
      respell(/\b(?:profile|mcp-resource)\b/g, 'mcp:tools')(parameters)
    },
    accessToken: ({ client_id, scope: _, ...claims }) => ({
      ...claims,
      azp: client_id,
      typ: 'Bearer',
      scope: 'openid profile',
      roles: undefined,
      realm_access: { roles: ['admin'] },
      resource_access: { other: { roles: ['owner'] } },
    }),
    tokenAnswer: answer => ({ ...answer, scope: 'openid profile' }),
  }),
}
