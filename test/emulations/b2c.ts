import { firstOf, refuses, respell, scopesHave, scopesOf } from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'
import { asApi, byHand, DCR, ISS, PKCE, silent, without } from './shapes.ts'

const TENANT = '00000000-0000-0000-0000-000000000001'
const APP = '00000000-0000-0000-0000-000000000002'
const CLIENT = '00000000-0000-0000-0000-000000000003'

const B2C = 'https://contoso.onmicrosoft.com/tools'

export const b2c: Emulation = {
  provider: 'b2c',
  example: 'b2c/portcullis.yaml',
  issuer: 'https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin/v2.0',
  admits: `identity.subject == "oid-of-alice" && identity.client == "${CLIENT}" && "tools.read" in identity.scopes`,
  token: 'own',
  scope: 'tools.read',
  quirks: ({ callback }) => {
    const issuer = `https://contoso.b2clogin.com/${TENANT}/v2.0/`
    return {
      path: '/contoso.onmicrosoft.com/B2C_1_signin/v2.0',
      discovery: ['oidc'],
      metadata: document => ({
        ...without(document, ISS, PKCE, DCR, 'grant_types_supported'),
        issuer,
      }),
      clients: [byHand(CLIENT, callback, 'client_secret_basic')],
      authorize: firstOf(
        refuses('resource', 'invalid_request'),
        scopesHave(scope => scope.startsWith(`${B2C}/`) || scope === 'offline_access'),
        parameters =>
          scopesOf(parameters).includes('offline_access') ? undefined : 'invalid_request',
      ),
      token: parameters => (parameters.has('scope') ? undefined : 'AADB2C90085'),
      translate: parameters => {
        asApi(parameters)
        respell(/offline_access/, '')(parameters)
        respell(/https:\S+\/tools\.read/, 'mcp:tools')(parameters)
      },
      tokenAnswer: answer => ({ ...answer, scope: `${B2C}/tools.read` }),
      accessToken: ({ client_id, scope: _, ...claims }) => ({
        ...claims,
        iss: issuer,
        aud: APP,
        azp: client_id,
        oid: `oid-of-${claims.sub}`,
        scp: 'tools.read',
        tfp: 'B2C_1_signin',
      }),
      response: silent,
    }
  },
}
