import { expect } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import type { ProfileChanges } from '../../src/providers/define-profile.ts'
import { oidc } from '../../src/providers/oidc.ts'
import type { GatewayOptions } from './gateway.ts'
import { isRefresh, refuses, respell, scopesHave } from './parameter-rules.ts'
import type { Members, Quirks } from './quirky-provider.ts'
import type { Started } from './starter.ts'

const APP = '11111111-2222-3333-4444-555555555555'

/** One adaptation: a provider with the quirk, and the member of the profile that handles it. */
export type Row = {
  readonly provider: string
  readonly quirk: string
  readonly options?: object
  /** What the emulated provider answers at its own URLs, which the profile cannot know. */
  readonly at?: ProfileChanges
  readonly quirks: Quirks
  /** The same profile without the adaptation. */
  readonly without: ProfileChanges
  readonly relay?: Partial<GatewayOptions>
  readonly scope?: string
  /** What has to hold, when it is more than that a client logs in and refreshes. */
  readonly check?: (tokens: Members, started: Started) => void
}

/** oidc-provider drops offline_access without a prompt for consent, and Entra does not. */
const likeEntra = respell(/offline_access/, '')

const unsigned = (claims: object): string =>
  ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.')

export const rows: readonly Row[] = [
  {
    provider: 'keycloak',
    quirk: 'refuses a resource with a query string, and makes nothing of others',
    quirks: { path: '/realms/mcp', discovery: ['oidc'], authorize: refuses('resource') },
    without: { audience: { kind: 'resource' } },
  },
  {
    provider: 'keycloak',
    quirk: 'trusts no host with the home page of a client',
    quirks: { register: metadata => ('client_uri' in metadata ? 'insufficient_scope' : undefined) },
    without: { registration: { strip: [] } },
  },
  {
    provider: 'keycloak',
    quirk: 'puts an audience into tokens by a client scope',
    options: { audienceScope: 'email' },
    quirks: {
      authorize: parameters =>
        parameters.get('scope')?.includes('email') ? undefined : 'access_denied',
    },
    without: { audience: { kind: 'sealed' } },
  },
  {
    provider: 'keycloak',
    quirk: 'makes offline sessions of offline_access, which a realm may not allow',
    options: { offlineAccess: false },
    scope: 'openid offline_access',
    quirks: { authorize: scopesHave(scope => scope !== 'offline_access') },
    without: { scopes: { translate: {} } },
  },
  {
    provider: 'auth0',
    quirk: 'gives a token that nobody can read unless audience is asked for',
    quirks: {
      translate: parameters => {
        const audience = parameters.get('audience')
        parameters.delete('resource')
        if (audience !== null) parameters.set('resource', audience)
      },
    },
    without: { audience: { kind: 'resource' } },
    check: tokens => expect(tokens.access_token).not.toMatch(/^pcat_/),
  },
  {
    provider: 'okta',
    quirk: 'serves metadata below the issuer alone',
    at: { endpoints: { registration: '{origin}/reg' } },
    relay: { registration: { initialAccessToken: new Secret('key'), strategy: 'relay' } },
    quirks: { path: '/oauth2/one', discovery: ['oauth-appended'] },
    without: { discovery: oidc.discovery },
  },
  {
    provider: 'okta',
    quirk: 'registers clients at the organisation, and does not say so',
    relay: { registration: { initialAccessToken: new Secret('key'), strategy: 'relay' } },
    quirks: {
      metadata: ({ registration_endpoint: _, ...rest }) => rest,
      aliases: { '/oauth2/v1/clients': '/reg' },
    },
    without: { endpoints: { registration: '{origin}/register' } },
  },
  {
    provider: 'okta',
    quirk: 'wants an API token of its own scheme for that',
    relay: { registration: { initialAccessToken: new Secret('key'), strategy: 'relay' } },
    quirks: {
      register: (_, headers) => (headers.authorization === 'SSWS key' ? undefined : 'E0000005'),
    },
    without: { registration: { tokenScheme: 'Bearer' } },
  },
  {
    provider: 'entra',
    quirk: 'refuses resource (AADSTS9010010)',
    quirks: {
      authorize: refuses('resource'),
      token: refuses('resource'),
      translate: likeEntra,
    },
    without: { audience: { kind: 'resource' } },
  },
  {
    provider: 'entra',
    quirk: 'knows scopes of an API by their full name alone (AADSTS650053)',
    options: { appId: APP },
    scope: 'openid tools.read',
    quirks: {
      authorize: scopesHave(scope => scope.startsWith('api://') || !scope.includes('.')),
      translate: parameters => {
        likeEntra(parameters)
        respell(new RegExp(`api://${APP}/tools\\.read`), 'email')(parameters)
      },
      tokenAnswer: answer => ({ ...answer, scope: `api://${APP}/tools.read openid` }),
    },
    without: { scopes: { prefix: '' } },
    check: tokens => expect(tokens.scope).toBe('tools.read openid'),
  },
  {
    provider: 'entra',
    quirk: 'wants to know at the token endpoint for what the token is (AADSTS28003)',
    quirks: {
      token: parameters =>
        isRefresh(parameters) || parameters.has('scope') ? undefined : 'invalid_request',
      translate: likeEntra,
    },
    without: { exchange: { scope: 'drop' } },
  },
  {
    provider: 'entra',
    quirk: 'refuses a refresh without scope (AADSTS90009)',
    quirks: {
      token: parameters =>
        !isRefresh(parameters) || parameters.has('scope') ? undefined : 'invalid_request',
      translate: likeEntra,
    },
    without: { refresh: { scope: 'as-sent' } },
  },
  {
    provider: 'entra',
    quirk: 'gives refresh tokens to those who ask for offline_access',
    quirks: {
      authorize: parameters =>
        parameters.get('scope')?.includes('offline_access') ? undefined : 'access_denied',
      translate: likeEntra,
    },
    without: { authorize: { addScopes: [] } },
  },
  {
    provider: 'entra',
    quirk: 'refreshes for those alone who ask for offline_access again',
    quirks: {
      token: parameters =>
        !isRefresh(parameters) || parameters.get('scope')?.includes('offline_access')
          ? undefined
          : 'invalid_grant',
      translate: likeEntra,
    },
    without: { refresh: { addScopes: [] } },
  },
  {
    provider: 'entra',
    quirk: 'knows scopes of OpenID Connect by their short name alone',
    options: { appId: APP },
    scope: 'openid profile tools.read',
    quirks: {
      authorize: scopesHave(scope => !scope.startsWith('api://') || scope.endsWith('/tools.read')),
      translate: parameters => {
        likeEntra(parameters)
        respell(new RegExp(`api://${APP}/tools\\.read`), 'email')(parameters)
      },
    },
    without: { scopes: { plain: [] } },
  },
  {
    provider: 'cognito',
    quirk: 'knows no offline_access',
    scope: 'openid offline_access',
    quirks: { authorize: scopesHave(scope => scope !== 'offline_access') },
    without: { scopes: { translate: {} } },
    check: tokens => expect(tokens.scope).toBe('openid offline_access'),
  },
  {
    provider: 'cognito',
    quirk: 'puts the resource server before scopes',
    options: { resourceServer: 'tools' },
    scope: 'openid read',
    quirks: {
      authorize: scopesHave(scope => scope === 'openid' || scope.startsWith('tools/')),
      translate: respell(/tools\/read/, 'email'),
      tokenAnswer: answer => ({ ...answer, scope: 'openid tools/read' }),
    },
    without: { scopes: { prefix: '' } },
    check: tokens => expect(tokens.scope).toBe('openid read'),
  },
  {
    provider: 'cognito',
    quirk: 'names the app client in client_id, and no audience',
    relay: { audiences: ['app-client'] },
    quirks: {
      tokenAnswer: answer => ({
        ...answer,
        access_token: unsigned({ token_use: 'access', client_id: 'app-client' }),
      }),
    },
    without: { claims: { audience: ['aud'] } },
    check: tokens => expect(tokens.access_token).not.toMatch(/^pcat_/),
  },
  {
    provider: 'cognito',
    quirk: 'knows openid and others without a resource server',
    options: { resourceServer: 'tools' },
    scope: 'openid email',
    quirks: { authorize: scopesHave(scope => !scope.includes('/')) },
    without: { scopes: { plain: [] } },
  },
  {
    provider: 'google',
    quirk: 'gives a refresh token for access_type=offline and a new consent alone',
    quirks: {
      authorize: parameters =>
        parameters.get('access_type') === 'offline' && parameters.get('prompt') === 'consent'
          ? undefined
          : 'access_denied',
    },
    without: { authorize: { add: {} } },
  },
  {
    provider: 'google',
    quirk: 'knows long names of scopes, and no offline_access',
    scope: 'openid email offline_access',
    quirks: {
      authorize: scopesHave(scope => scope === 'openid' || scope.startsWith('https://')),
      translate: respell(/https:\/\/www\.googleapis\.com\/auth\/userinfo\.email/, 'email'),
      tokenAnswer: answer => ({
        ...answer,
        scope: 'https://www.googleapis.com/auth/userinfo.email openid',
      }),
    },
    without: { scopes: { translate: {} } },
    check: tokens => expect(tokens.scope).toBe('email openid offline_access'),
  },
  {
    provider: 'github',
    quirk: 'has no metadata',
    quirks: {
      discovery: [],
      aliases: { '/login/oauth/authorize': '/auth', '/login/oauth/access_token': '/token' },
      translate: parameters => parameters.has('client_id') && parameters.set('scope', 'openid'),
    },
    without: { discovery: oidc.discovery },
  },
  {
    provider: 'github',
    quirk: 'knows no openid, and separates scopes with commas',
    scope: 'openid profile repo',
    quirks: {
      discovery: [],
      aliases: { '/login/oauth/authorize': '/auth', '/login/oauth/access_token': '/token' },
      authorize: scopesHave(scope => ['read:user', 'repo'].includes(scope)),
      translate: parameters => parameters.has('client_id') && parameters.set('scope', 'openid'),
      tokenAnswer: ({ access_token, refresh_token }) =>
        new URLSearchParams({
          access_token: String(access_token),
          refresh_token: String(refresh_token),
          scope: 'read:user,repo',
          token_type: 'bearer',
        }).toString(),
    },
    without: { scopes: { translate: {}, separator: ' ' } },
    check: tokens => {
      expect(tokens.scope).toBe('profile repo openid')
      expect(tokens.expires_in).toBe(30 * 86_400)
    },
  },
  {
    provider: 'github',
    quirk: 'takes the client secret in the body',
    relay: { relay: { clientSecret: new Secret('secret') } },
    quirks: {
      discovery: [],
      aliases: { '/login/oauth/authorize': '/auth', '/login/oauth/access_token': '/token' },
      translate: parameters => {
        if (parameters.has('client_id')) parameters.set('scope', 'openid')
        parameters.delete('client_secret')
      },
      token: parameters =>
        parameters.get('client_secret') === 'secret' ? undefined : 'incorrect_client_credentials',
    },
    without: { clientAuthentication: ['client_secret_basic'] },
  },
  {
    provider: 'ping',
    quirk: 'takes the audience as aud',
    quirks: {
      authorize: parameters =>
        parameters.has('aud') && !parameters.has('audience') ? undefined : 'access_denied',
    },
    without: { authorize: { rename: {} } },
  },
  {
    provider: 'zitadel',
    quirk: 'puts a project into the audience by a reserved scope',
    options: { projectId: '42' },
    quirks: {
      authorize: parameters =>
        parameters.get('scope')?.includes('urn:zitadel:iam:org:project:id:42:aud')
          ? undefined
          : 'access_denied',
      translate: respell(/urn:\S+/, ''),
    },
    without: { audience: { kind: 'sealed' } },
  },
  {
    provider: 'custom',
    quirk: 'wants parameters that no standard knows, and refuses some that it knows',
    options: {
      authorize: { drop: ['prompt'], add: { realm: 'people' }, rename: { login_hint: 'user' } },
    },
    quirks: {
      authorize: parameters =>
        parameters.get('realm') === 'people' &&
        parameters.get('user') === 'alice' &&
        !parameters.has('prompt')
          ? undefined
          : 'access_denied',
    },
    without: { authorize: { drop: [], add: {}, rename: {} } },
  },
  {
    provider: 'custom',
    quirk: 'refuses a member of registrations, and wants another',
    options: { registration: { strip: ['application_type'], add: { department: 'tools' } } },
    quirks: {
      register: metadata =>
        'application_type' in metadata || metadata.department !== 'tools'
          ? 'invalid_client_metadata'
          : undefined,
    },
    without: { registration: { strip: [], add: {} } },
  },
]
