import { expect, test } from 'vitest'
import { clientScopes, providerScopes } from '../../src/authserver/scope.ts'
import { github } from '../../src/providers/github.ts'
import { google } from '../../src/providers/google.ts'
import { oidc } from '../../src/providers/oidc.ts'

test.each([
  ['an OpenID Connect provider is asked for openid where nobody names a scope', oidc, [], 'openid'],
  ['and beside offline_access', oidc, ['offline_access'], 'openid offline_access'],
  ['GitHub, which knows no openid, for nothing', github, [], ''],
  ['GitHub in its own words', github, ['openid', 'email', 'repo'], 'user:email repo'],
] as const)('%s', (_, profile, requested, asked) => {
  expect(providerScopes(profile, requested, profile.authorize).join(' ')).toBe(asked)
})

test.each([
  [
    'as the client wrote them',
    google,
    ['email'],
    ['https://www.googleapis.com/auth/userinfo.email'],
    'email',
  ],
  ['as asked for where the provider does not say', oidc, ['a', 'b'], undefined, 'a b'],
  ['fewer where it grants fewer', oidc, ['a', 'b'], ['a'], 'a'],
  ['without openid that only the gateway asked for', oidc, ['a'], ['openid', 'a'], 'a'],
] as const)('scopes of the answer are %s', (_, profile, requested, granted, told) => {
  expect(clientScopes(profile, requested, granted, true).join(' ')).toBe(told)
})
