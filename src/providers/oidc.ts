import type { ParameterRules, ProviderProfile } from './profile.ts'

const unchanged: ParameterRules = { drop: [], add: {}, rename: {}, addScopes: [] }

/**
 * A provider that follows RFC 6749, 7591, 8414, 8707 and OpenID Connect Core to the letter. It is
 * `provider: {oidc: {}}`, what a token issuer without a named provider is taken for, and the baseline
 * that the other profiles change.
 */
export const oidc: ProviderProfile = {
  name: 'oidc',
  title: 'an OpenID Connect provider',
  tested: 'emulated',
  recognised: [],
  discovery: ['oauth', 'oidc-inserted', 'oidc'],
  endpoints: {},
  issuers: { templates: [], tenants: [], claim: undefined },
  claims: {
    subject: ['sub'],
    scopes: ['scope', 'scp'],
    client: ['client_id', 'azp'],
    roles: ['roles', 'groups'],
    audience: ['aud'],
  },
  tokens: {
    kind: 'jwt',
    // OpenID Connect Core §3.1.3.6 and §3.3.2.11: hashes bind an ID token to what came with it.
    refuse: { at_hash: true, c_hash: true, s_hash: true },
    require: {},
    check: undefined,
    assumedSeconds: 3600,
  },
  audience: { kind: 'resource' },
  // OpenID Connect Core §3.1.2.1 requires `openid`; a request without any scope fails at many providers.
  scopes: { translate: {}, prefix: '', plain: [], default: ['openid'], separator: ' ' },
  authorize: unchanged,
  // RFC 6749 §4.1.3 knows no scope here.
  exchange: { ...unchanged, scope: 'drop' },
  refresh: { ...unchanged, scope: 'as-sent' },
  registration: { strategy: 'relay', strip: [], add: {}, tokenScheme: 'Bearer' },
  // RFC 6749 §2.3.1: every server supports Basic; the secret in the body is not recommended.
  clientAuthentication: ['client_secret_basic', 'client_secret_post'],
  errors: {},
  asksConsent: false,
  hints: {
    audience:
      'have the provider put {resource} into `aud`, or list what it puts there in `audiences`',
    registration:
      'let the provider accept dynamic registrations, or register a client there yourself and set `clientId`',
    refusals: {},
  },
  options: {
    initialAccessToken: {
      type: 'secret',
      description:
        'RFC 7591 initial access token that the gateway presents when it registers clients',
      sets: {},
    },
  },
}
