import type { Emulation } from './emulation.ts'

export const oidc: Emulation = {
  provider: 'oidc',
  example: 'oidc/portcullis.yaml',
  issuer: 'https://id.example.com',
  admits: 'identity.subject == "alice" && hasRole("admin") && "mcp:tools" in identity.scopes',
  token: 'own',
  scope: 'mcp:tools',
  quirks: () => ({
    register: (_, { authorization }) =>
      authorization === 'Bearer change-me' ? undefined : 'invalid_token',
  }),
}
