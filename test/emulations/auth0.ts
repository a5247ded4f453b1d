import { refuses } from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'
import { ISS, silent, without } from './shapes.ts'

export const auth0: Emulation = {
  provider: 'auth0',
  example: 'auth0/portcullis.yaml',
  issuer: 'https://example.eu.auth0.com/',
  admits:
    'identity.subject == "auth0|alice" && hasRole("read:tools") && "read:tools" in identity.scopes',
  token: 'own',
  scope: 'openid profile',
  quirks: () => ({
    metadata: document => ({
      ...without(document, ISS, 'revocation_endpoint'),
      issuer: `${document.issuer}/`,
    }),
    aliases: { '/oauth/revoke': '/token/revocation' },
    // An enterprise connection at Entra gets to see `resource`, and refuses it.
    authorize: refuses('resource'),
    token: refuses('resource'),
    translate: parameters => {
      const audience = parameters.get('audience')
      if (audience !== null) parameters.set('resource', audience)
    },
    accessToken: ({ client_id, ...claims }) => ({
      ...claims,
      iss: `${claims.iss}/`,
      sub: `auth0|${claims.sub}`,
      aud: [claims.aud, 'https://example.eu.auth0.com/userinfo'],
      azp: client_id,
      permissions: ['read:tools'],
    }),
    tokenAnswer: answer => ({ ...answer, scope: 'openid profile' }),
    response: silent,
  }),
}
