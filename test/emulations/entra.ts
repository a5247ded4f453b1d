import {
  firstOf,
  isRefresh,
  refuses,
  respell,
  scopesHave,
  scopesOf,
} from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'
import { asApi, byHand, DCR, ISS, PKCE, silent, without } from './shapes.ts'

const TENANT = '00000000-0000-0000-0000-000000000001'
const APP = '00000000-0000-0000-0000-000000000002'
const CLIENT = '00000000-0000-0000-0000-000000000003'

export const entra: Emulation = {
  provider: 'entra',
  example: 'entra/portcullis.yaml',
  issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  admits: `identity.subject == "oid-of-alice" && identity.client == "${CLIENT}" && hasRole("admin") && "tools.read" in identity.scopes`,
  token: 'own',
  scope: 'tools.read',
  quirks: ({ callback }) => ({
    path: `/${TENANT}/v2.0`,
    discovery: ['oidc'],
    metadata: document => without(document, ISS, PKCE, DCR, 'grant_types_supported'),
    clients: [byHand(CLIENT, callback, 'client_secret_basic')],
    authorize: firstOf(
      refuses('resource', 'AADSTS9010010'),
      scopesHave(scope => scope.startsWith(`api://${APP}/`) || !scope.includes('.')),
      parameters =>
        scopesOf(parameters).includes('offline_access') ? undefined : 'interaction_required',
    ),
    token: firstOf(refuses('resource', 'AADSTS9010010'), parameters =>
      parameters.has('scope') ? undefined : isRefresh(parameters) ? 'AADSTS90009' : 'AADSTS28003',
    ),
    translate: parameters => {
      asApi(parameters)
      respell(/offline_access/, '')(parameters)
      respell(new RegExp(`api://${APP}/tools\\.read`), 'mcp:tools')(parameters)
    },
    tokenAnswer: answer => ({ ...answer, scope: `api://${APP}/tools.read` }),
    accessToken: ({ client_id, scope: _, roles, ...claims }) => ({
      ...claims,
      // Of v1, which an API gets until it asks for v2.
      iss: `https://sts.windows.net/${TENANT}/`,
      aud: `api://${APP}`,
      appid: client_id,
      oid: `oid-of-${claims.sub}`,
      sub: `pairwise-${claims.sub}`,
      tid: TENANT,
      scp: 'tools.read',
      roles,
      ver: '1.0',
    }),
    response: silent,
  }),
}
