import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { OptionShape, ProfileOption, ProviderProfile } from './profile.ts'

type Described = OptionShape & { readonly description: string }

const text = (description: string): Described => ({ type: 'string', description })
const flag = (description: string): Described => ({ type: 'boolean', description })
const seconds = (description: string): Described => ({ type: 'number', description })
const word = (description: string, ...words: readonly string[]): Described => ({
  type: 'string',
  enum: words,
  description,
})
const texts = (description: string, ...words: readonly string[]): Described => ({
  type: 'array',
  items: words.length === 0 ? { type: 'string' } : { type: 'string', enum: words },
  description,
})
const textMap = (description: string): Described => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
})
const textsMap = (description: string): Described => ({
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'string' } },
  description,
})
const group = (
  description: string,
  properties: Readonly<Record<string, Described>>,
  needs: readonly string[] = [],
): Described => ({ type: 'object', properties, needs, description })

const parameters: Readonly<Record<string, Described>> = {
  drop: texts('Parameters that are not sent'),
  add: textMap('Parameters that are always sent, and their values'),
  rename: textMap('Parameters that the provider calls otherwise'),
  addScopes: texts('Scopes that are always asked for'),
}
const tokenParameters: Readonly<Record<string, Described>> = {
  ...parameters,
  scope: word(
    'What is sent as scope: what the client sends, all that was granted, or nothing',
    'as-sent',
    'granted',
    'drop',
  ),
}

const tokenCheck = group(
  'A request of its own that checks an opaque token; left out: RFC 7662 introspection',
  {
    url: {
      ...text('Where to; `{client_id}` and `{issuer}` are filled in'),
      pattern: '^(https?://|\\{issuer\\}/)',
    },
    method: word('HTTP method', 'GET', 'POST'),
    token: group(
      'Where the token stands in the request',
      {
        in: word('Part of it; in a header behind Bearer', 'header', 'query', 'form', 'json'),
        name: text('Name of the member'),
      },
      ['in', 'name'],
    ),
    authenticated: flag('HTTP Basic with clientId and clientSecret'),
    client: text('Path in the answer to the client id, which has to be clientId'),
    claims: textMap('Claims, and the paths in the answer where they stand'),
    refused: {
      type: 'array',
      items: { type: 'number' },
      description: 'Statuses of an answer that says that the token is not good',
    },
  },
  ['url', 'method', 'token', 'authenticated', 'client', 'claims', 'refused'],
)

const members: Readonly<Record<string, Described>> = {
  title: text('Name of the provider in messages'),
  discovery: texts(
    'Where metadata is looked for, in order; empty: there is none',
    'oauth',
    'oidc-inserted',
    'oidc',
    'oauth-appended',
  ),
  endpoints: group('Endpoints that no metadata names; `{issuer}` and `{origin}` are filled in', {
    authorization: text('Authorization endpoint'),
    token: text('Token endpoint'),
    jwks: text('Key set'),
    registration: text('Registration endpoint (RFC 7591)'),
    revocation: text('Revocation endpoint (RFC 7009)'),
    introspection: text('Introspection endpoint (RFC 7662)'),
  }),
  issuers: group('Other spellings of the issuer, in tokens and in metadata', {
    templates: texts(
      'Issuers with `{tenant}` for one segment of the path; `{origin}` is that of the configured issuer',
    ),
    tenants: texts('What `{tenant}` may be; empty: what the configured issuer has there'),
    claim: text('Claim that has to carry the tenant as well'),
  }),
  claims: group('Claims to look into; a path such as `realm_access.roles` descends', {
    subject: texts('The user id: the first that is there'),
    scopes: texts('Scopes, all together'),
    client: texts('The client: the first that is there'),
    roles: texts('Roles, all together'),
    audience: texts('The audience, where it is not `aud`'),
  }),
  tokens: group('What access tokens are, and what tells them from other tokens', {
    kind: word('jwt, or opaque: only the provider can read them', 'jwt', 'opaque'),
    refuse: textsMap('Claims, and the values that give another kind of token away'),
    require: textsMap('Claims that have to be there, and the values of which one is wanted'),
    assumedSeconds: seconds('Life of a token whose answer does not say'),
    check: tokenCheck,
  }),
  audience: group(
    'How a token for one resource is asked for',
    {
      kind: word(
        'resource: RFC 8707; audience: a parameter of that name; scope: a scope carries it; fixed: it is always the same; sealed: it cannot be asked for',
        'resource',
        'audience',
        'scope',
        'fixed',
        'sealed',
      ),
      value: text('Of kind audience: what is sent; left out: the resource'),
      scope: text('Of kind scope: the scope'),
      values: texts('Of kind fixed: what `aud` holds; these stand for the resource'),
    },
    ['kind'],
  ),
  scopes: group('How the provider spells scopes', {
    translate: textMap("The client's spelling and the provider's; empty: not sent"),
    prefix: text('Put before every scope that is not plain and no URI'),
    plain: texts('Scopes without the prefix'),
    default: texts('What is asked for when nobody names a scope'),
    separator: word("Between scopes in the provider's answers", ' ', ','),
  }),
  authorize: group('Parameters of the authorization request', parameters),
  exchange: group('Parameters of the token request with a code', tokenParameters),
  refresh: group('Parameters of the token request with a refresh token', {
    ...tokenParameters,
    offered: flag('Whether refresh tokens are given; left out: as the metadata says'),
  }),
  registration: group('How clients are registered at the provider', {
    strategy: word(
      'One client there for each MCP client, one for all, the one of clientId, or none',
      'relay',
      'shared',
      'static',
      'none',
    ),
    strip: texts('Members that the provider refuses'),
    add: textMap('Members that it wants'),
    tokenScheme: text('Scheme of the header with the initial access token'),
  }),
  clientAuthentication: texts(
    'How the gateway sends its secret, best first',
    'client_secret_basic',
    'client_secret_post',
  ),
  errors: textMap("The provider's error codes and what OAuth calls them"),
  asksConsent: flag('The provider asks the user before a self-registered client gets access'),
  hints: group('What an operator may change at the provider, for messages', {
    audience: text('For a token of another audience; `{resource}` is filled in'),
    registration: text('For a registration that was refused'),
    refusals: textMap(
      'For a refused login: a text of its error or description, and what to change',
    ),
  }),
}

/**
 * A provider that nobody has met: `provider: {custom: {…}}` with the members of a profile that differ from the
 * standards. Every member is an option that sets itself.
 */
export const custom: ProviderProfile = defineProfile(oidc, {
  name: 'custom',
  title: 'the identity provider',
  options: {
    ...oidc.options,
    ...Object.fromEntries(
      Object.entries(members).map(([name, shape]): [string, ProfileOption] => [
        name,
        { ...shape, sets: { [name]: '{value}' } },
      ]),
    ),
  },
})
