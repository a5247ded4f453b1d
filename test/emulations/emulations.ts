import {
  firstOf,
  isRefresh,
  refuses,
  respell,
  scopesHave,
  scopesOf,
} from '../authserver/parameter-rules.ts'
import type { Members } from '../authserver/quirky-provider.ts'
import type { Emulation } from './emulation.ts'

/** What oidc-provider needs to hear so that it makes a JSON Web Token with the scopes of an API. */
const asApi = (parameters: URLSearchParams): void => {
  if (parameters.has('response_type')) parameters.set('resource', 'urn:example:api')
}

const ALICE = 'alice'
const TENANT = '00000000-0000-0000-0000-000000000001'
const APP = '00000000-0000-0000-0000-000000000002'
const ENTRA_CLIENT = '00000000-0000-0000-0000-000000000003'
const COGNITO_CLIENT = '0000000000example0000000000'
const GOOGLE_CLIENT = '000000000000-example.apps.googleusercontent.com'
const GITHUB_CLIENT = 'Ov23exampleexample00'

const byHand = (client_id: string, callback: string, method: string): object => ({
  client_id,
  client_secret: 'change-me',
  redirect_uris: [callback],
  token_endpoint_auth_method: method,
})

const without = (document: Members, ...names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)))

const silent = (parameters: URLSearchParams): void => parameters.delete('iss')

const ISS = 'authorization_response_iss_parameter_supported'
const PKCE = 'code_challenge_methods_supported'
const DCR = 'registration_endpoint'

const oidc: Emulation = {
  provider: 'oidc',
  example: 'oidc/portcullis.yaml',
  issuer: 'https://id.example.com',
  admits: `identity.subject == "${ALICE}" && hasRole("admin") && "mcp:tools" in identity.scopes`,
  token: 'own',
  quirks: () => ({
    register: (_, { authorization }) =>
      authorization === 'Bearer change-me' ? undefined : 'invalid_token',
  }),
}

const keycloak: Emulation = {
  provider: 'keycloak',
  example: 'keycloak-audience-scope/portcullis.yaml',
  issuer: 'http://localhost:7080/realms/mcp',
  admits: `identity.subject == "${ALICE}" && hasRole("admin") && "profile" in identity.scopes`,
  token: 'own',
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

const auth0: Emulation = {
  provider: 'auth0',
  example: 'auth0/portcullis.yaml',
  issuer: 'https://example.eu.auth0.com/',
  admits: `identity.subject == "auth0|${ALICE}" && "read:tools" in identity.scopes`,
  token: 'own',
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
    response: silent,
  }),
}

const okta: Emulation = {
  provider: 'okta',
  example: 'okta/portcullis.yaml',
  issuer: 'https://example.okta.com/oauth2/default',
  admits: `identity.subject == "00u1${ALICE}" && hasRole("admin") && "profile" in identity.scopes`,
  token: 'sealed',
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
  }),
}

const entra: Emulation = {
  provider: 'entra',
  example: 'entra/portcullis.yaml',
  issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  admits: `identity.subject == "oid-of-${ALICE}" && hasRole("admin") && "tools.read" in identity.scopes`,
  token: 'own',
  quirks: ({ callback }) => ({
    path: `/${TENANT}/v2.0`,
    discovery: ['oidc'],
    metadata: document => without(document, ISS, PKCE, DCR, 'grant_types_supported'),
    clients: [byHand(ENTRA_CLIENT, callback, 'client_secret_basic')],
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
      aud: APP,
      azp: client_id,
      oid: `oid-of-${claims.sub}`,
      sub: `pairwise-${claims.sub}`,
      tid: TENANT,
      scp: 'tools.read',
      roles,
      ver: '2.0',
    }),
    response: silent,
  }),
}

const cognito: Emulation = {
  provider: 'cognito',
  example: 'cognito/portcullis.yaml',
  issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example00',
  admits: `identity.subject == "${ALICE}" && hasRole("admin")`,
  token: 'sealed',
  quirks: ({ callback }) => ({
    path: '/eu-west-1_Example00',
    discovery: ['oidc'],
    metadata: document => without(document, ISS, PKCE, DCR),
    clients: [byHand(COGNITO_CLIENT, callback, 'client_secret_basic')],
    authorize: firstOf(
      refuses('resource', 'invalid_request'),
      scopesHave(scope => scope === 'openid' || scope.startsWith('tools/')),
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

const google: Emulation = {
  provider: 'google',
  example: 'google/portcullis.yaml',
  issuer: 'https://accounts.google.com',
  hosts: ['oauth2.googleapis.com'],
  admits: `identity.subject == "${ALICE}" && "openid" in identity.scopes`,
  token: 'sealed',
  quirks: ({ callback }) => ({
    discovery: ['oidc'],
    metadata: document => without(document, ISS, DCR, 'introspection_endpoint'),
    clients: [byHand(GOOGLE_CLIENT, callback, 'client_secret_basic')],
    authorize: firstOf(
      scopesHave(scope => scope === 'openid' || scope.startsWith('https://')),
      parameters =>
        parameters.get('access_type') === 'offline' && parameters.get('prompt') === 'consent'
          ? undefined
          : 'access_denied',
    ),
    translate: parameters => {
      parameters.delete('resource')
      respell(/https:\/\/www\.googleapis\.com\/auth\/userinfo\.email/, 'email')(parameters)
    },
    tokenAnswer: answer => ({
      ...answer,
      scope: 'openid https://www.googleapis.com/auth/userinfo.email',
    }),
    elsewhere: async ({ path, parameters }, find) => {
      const token = await find(parameters.get('access_token') ?? '')
      if (path !== '/tokeninfo' || token === undefined)
        return { status: 400, body: { error: 'invalid_token' } }
      const { user, client, endsAt } = token
      const scope = 'openid https://www.googleapis.com/auth/userinfo.email'
      return {
        status: 200,
        body: { sub: user, aud: client, azp: client, scope, exp: String(endsAt) },
      }
    },
    response: silent,
  }),
}

const github: Emulation = {
  provider: 'github',
  example: 'github/portcullis.yaml',
  issuer: 'https://github.com',
  hosts: ['api.github.com'],
  admits: 'identity.subject == "583231" && "read:user" in identity.scopes',
  token: 'sealed',
  refreshes: false,
  quirks: ({ callback }) => ({
    discovery: [],
    clients: [byHand(GITHUB_CLIENT, callback, 'client_secret_post')],
    aliases: { '/login/oauth/authorize': '/auth', '/login/oauth/access_token': '/token' },
    authorize: scopesHave(scope => scope === 'read:user'),
    translate: parameters => {
      parameters.delete('resource')
      if (parameters.has('response_type')) parameters.set('scope', 'openid')
    },
    tokenAnswer: ({ access_token }, { accept }) => {
      const answer = { access_token, scope: 'read:user', token_type: 'bearer' }
      return accept === 'application/json'
        ? answer
        : new URLSearchParams(answer as Record<string, string>).toString()
    },
    elsewhere: async ({ path, body, headers }, find) => {
      const app = Buffer.from(`${GITHUB_CLIENT}:change-me`).toString('base64')
      const { access_token } = JSON.parse(body) as Record<string, string>
      const token = await find(access_token ?? '')
      if (
        path !== `/applications/${GITHUB_CLIENT}/token` ||
        headers.authorization !== `Basic ${app}` ||
        token === undefined
      )
        return { status: 404, body: { message: 'Not Found' } }
      return {
        status: 200,
        body: {
          app: { client_id: token.client },
          user: { id: 583231, login: token.user },
          scopes: ['read:user'],
          expires_at: null,
        },
      }
    },
    response: silent,
  }),
}

const custom: Emulation = {
  provider: 'custom',
  example: 'custom-provider/portcullis.yaml',
  issuer: 'https://id.example.org',
  admits: 'identity.subject == "7" && hasRole("crew") && "tools" in identity.scopes',
  token: 'sealed',
  quirks: () => ({
    discovery: ['oidc'],
    clients: [byHand('gateway', 'https://unused.example/callback', 'client_secret_basic')],
    register: metadata => ('application_type' in metadata ? 'invalid_client_metadata' : undefined),
    authorize: firstOf(refuses('resource'), parameters =>
      parameters.get('realm') === 'people' ? undefined : 'access_denied',
    ),
    token: parameters =>
      isRefresh(parameters) && !parameters.has('scope') ? 'invalid_scope' : undefined,
    translate: respell(/\btools\b/, 'openid'),
    tokenAnswer: answer => ({ ...answer, scope: 'tools' }),
    introspection: answer =>
      answer.active === true
        ? { ...answer, user_id: 7, permissions: ['tools'], teams: ['crew'] }
        : answer,
  }),
}

/** One for each profile that the tests emulate. */
export const emulations: readonly Emulation[] = [
  oidc,
  keycloak,
  auth0,
  okta,
  entra,
  cognito,
  google,
  github,
  custom,
]
