import { firstOf, refuses, respell, scopesHave } from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'
import { asApi, byHand, DCR, ISS, PKCE, silent, without } from './shapes.ts'

const CLIENT = '0000000000example0000000000'

export const cognito: Emulation = {
  provider: 'cognito',
  example: 'cognito/portcullis.yaml',
  issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example00',
  admits: 'identity.subject == "alice" && hasRole("admin")',
  token: 'sealed',
  scope: 'read',
  quirks: ({ callback }) => ({
    path: '/eu-west-1_Example00',
    discovery: ['oidc'],
    metadata: document =>
      without(document, ISS, PKCE, DCR, 'grant_types_supported', 'scopes_supported'),
    clients: [byHand(CLIENT, callback, 'client_secret_basic')],
    authorize: firstOf(
      refuses('resource', 'invalid_request'),
      scopesHave(scope => scope === 'openid' || scope === 'tools/read'),
    ),
    translate: parameters => {
      asApi(parameters)
      respell(/tools\/read/, 'mcp:tools')(parameters)
    },
    accessToken: ({ aud: _, scope: __, roles, ...claims }) => ({
      ...claims,
      token_use: 'access',
      scope: 'tools/read',
      'cognito:groups': roles,
    }),
    // A pool without rotation answers a refresh without a new refresh token.
    tokenAnswer: answer => ({ ...answer, scope: 'tools/read' }),
    response: silent,
  }),
}
