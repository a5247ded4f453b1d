import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { OptionShape, ProfileOption, ProviderProfile } from './profile.ts'

const text: OptionShape = { type: 'string' }
const texts: OptionShape = { type: 'array', items: text }
const textMap: OptionShape = { type: 'object', additionalProperties: text }
const textsMap: OptionShape = { type: 'object', additionalProperties: texts }

const parameters: Readonly<Record<string, OptionShape>> = {
  drop: texts,
  add: textMap,
  rename: textMap,
  addScopes: texts,
}
const tokenParameters: Readonly<Record<string, OptionShape>> = {
  ...parameters,
  scope: { type: 'string', enum: ['as-sent', 'granted', 'drop'] },
}

const shapes: Readonly<Record<string, OptionShape & { readonly description: string }>> = {
  title: { ...text, description: 'Name of the provider in messages' },
  discovery: {
    type: 'array',
    items: { type: 'string', enum: ['oauth', 'oidc-inserted', 'oidc', 'oauth-appended'] },
    description: 'Where metadata is looked for, in order; empty: there is none',
  },
  endpoints: {
    type: 'object',
    properties: {
      authorization: text,
      token: text,
      jwks: text,
      registration: text,
      revocation: text,
      introspection: text,
    },
    description: 'Endpoints that no metadata names; `{issuer}` and `{origin}` are filled in',
  },
  issuers: {
    type: 'object',
    properties: { templates: texts, tenants: texts, claim: text },
    description: 'Other spellings of the issuer, with `{tenant}`',
  },
  claims: {
    type: 'object',
    properties: { subject: texts, scopes: texts, client: texts, roles: texts, audience: texts },
    description: 'Claims to look into',
  },
  tokens: {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['jwt', 'opaque'] },
      refuse: textsMap,
      require: textsMap,
      assumedSeconds: { type: 'number' },
    },
    description: 'What access tokens are, and what tells them from other tokens',
  },
  audience: {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['resource', 'audience', 'scope', 'fixed', 'sealed'] },
      value: text,
      scope: text,
      values: texts,
    },
    description: 'How a token for one resource is asked for',
  },
  scopes: {
    type: 'object',
    properties: {
      translate: textMap,
      prefix: text,
      plain: texts,
      default: texts,
      separator: { type: 'string', enum: [' ', ','] },
    },
    description: 'How the provider spells scopes',
  },
  authorize: {
    type: 'object',
    properties: parameters,
    description: 'Parameters of the authorization request',
  },
  exchange: {
    type: 'object',
    properties: tokenParameters,
    description: 'Parameters of the token request with a code',
  },
  refresh: {
    type: 'object',
    properties: { ...tokenParameters, offered: { type: 'boolean' } },
    description: 'Parameters of the token request with a refresh token',
  },
  registration: {
    type: 'object',
    properties: {
      strategy: { type: 'string', enum: ['relay', 'shared', 'static', 'none'] },
      strip: texts,
      add: { type: 'object', additionalProperties: text },
      tokenScheme: text,
    },
    description: 'How clients are registered at the provider',
  },
  clientAuthentication: {
    type: 'array',
    items: { type: 'string', enum: ['client_secret_basic', 'client_secret_post'] },
    description: 'How the gateway authenticates, best first',
  },
  errors: { ...textMap, description: "The provider's error codes and what OAuth calls them" },
  asksConsent: {
    type: 'boolean',
    description: 'The provider asks the user before a self-registered client gets access',
  },
}

/**
 * A provider that nobody has met: `provider: {custom: {…}}` with the members of a profile that differ from the
 * standards. Every member is an option that sets itself.
 */
export const custom: ProviderProfile = defineProfile(oidc, {
  name: 'custom',
  title: 'the identity provider',
  options: Object.fromEntries(
    Object.entries(shapes).map(([name, shape]): [string, ProfileOption] => [
      name,
      { ...shape, sets: { [name]: '{value}' } },
    ]),
  ),
})
