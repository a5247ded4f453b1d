import { firstOf, refuses, scopesOf } from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'
import { asApi, DCR, without } from './shapes.ts'

export const okta: Emulation = {
  provider: 'okta',
  example: 'okta/portcullis.yaml',
  issuer: 'https://example.okta.com/oauth2/default',
  admits: 'identity.subject == "00u1alice" && hasRole("admin") && "profile" in identity.scopes',
  token: 'sealed',
  scope: 'openid profile',
  quirks: () => ({
    path: '/oauth2/default',
    discovery: ['oidc', 'oauth-appended'],
    metadata: document => without(document, DCR),
    aliases: { '/oauth2/v1/clients': '/reg' },
    register: (_, { authorization }) =>
      authorization === 'SSWS change-me' ? undefined : 'E0000005',
    authorize: firstOf(refuses('resource', 'invalid_request'), parameters =>
      scopesOf(parameters).length === 0 ? 'invalid_scope' : undefined,
    ),
    translate: asApi,
    accessToken: ({ client_id, scope: _, roles, ...claims }) => ({
      ...claims,
      aud: 'api://default',
      sub: `${claims.sub}@example.com`,
      uid: `00u1${claims.sub}`,
      cid: client_id,
      scp: ['openid', 'profile'],
      groups: roles,
    }),
    tokenAnswer: answer => ({ ...answer, scope: 'openid profile' }),
  }),
}
