import { describe, expect, test } from 'vitest'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { configureProfile } from '../../src/providers/options.ts'

const APP = '11111111-2222-3333-4444-555555555555'

function configured(name: string, options: unknown) {
  return configureProfile(profiles[name] ?? oidc, options)
}

describe('options of a provider', () => {
  test.each<[string, object, object]>([
    [
      'keycloak',
      { audienceScope: 'mcp-resource' },
      { audience: { kind: 'scope', scope: 'mcp-resource' } },
    ],
    ['keycloak', { resourceIndicators: true }, { audience: { kind: 'resource' } }],
    ['keycloak', { resourceIndicators: false }, { audience: { kind: 'sealed' } }],
    ['keycloak', { offlineAccess: false }, { scopes: { translate: { offline_access: '' } } }],
    ['keycloak', { offlineAccess: true }, { scopes: { translate: {} } }],
    [
      'auth0',
      { audience: 'https://api' },
      { audience: { kind: 'audience', value: 'https://api' } },
    ],
    [
      'entra',
      { appId: APP },
      {
        audience: { kind: 'fixed', values: [APP, `api://${APP}`] },
        scopes: { prefix: `api://${APP}/` },
      },
    ],
    ['entra', { tenant: APP }, { issuers: { tenants: [APP], claim: 'tid' } }],
    ['entra', { tenants: [APP] }, { issuers: { tenants: [APP], claim: 'tid' } }],
    [
      'okta',
      { initialAccessToken: 'secret' },
      { registration: { strategy: 'relay', tokenScheme: 'SSWS' } },
    ],
    ['cognito', { resourceServer: 'tools' }, { scopes: { prefix: 'tools/' } }],
    ['github', { expiringTokens: true }, { refresh: { offered: true } }],
    [
      'github',
      { apiUrl: 'https://gh.example/api/v3' },
      {
        tokens: {
          check: {
            method: 'POST',
            url: 'https://gh.example/api/v3/applications/{client_id}/token',
          },
        },
      },
    ],
    ['custom', { claims: { roles: ['team'] } }, { claims: { roles: ['team'], subject: ['sub'] } }],
    ['custom', { tokens: { assumedSeconds: 60 } }, { tokens: { assumedSeconds: 60, kind: 'jwt' } }],
    ['keycloak', {}, profiles.keycloak ?? {}],
  ])('%s %j', (name, options, changed) => {
    const { profile, problems } = configured(name, options)
    expect(problems).toEqual([])
    expect(profile).toMatchObject(changed)
  })

  test.each<[string, unknown, object]>([
    [
      'keycloak',
      { audiencescope: 'x' },
      { path: 'audiencescope', hint: expect.stringContaining('audienceScope') },
    ],
    [
      'keycloak',
      { audienceScope: 42 },
      { path: 'audienceScope', message: 'expected a string, got 42' },
    ],
    ['keycloak', { audienceScope: 'two words' }, { path: 'audienceScope' }],
    ['keycloak', 'x', { path: '', message: 'expected a map of options, got "x"' }],
    ['google', { anything: 1 }, { path: 'anything', hint: 'It has no options' }],
    ['entra', { tenants: ['contoso.com'] }, { path: 'tenants[0]' }],
    [
      'custom',
      { discovery: ['nowhere'] },
      { path: 'discovery[0]', message: expect.stringContaining('oidc-inserted') },
    ],
    ['custom', { claims: { rolls: ['x'] } }, { path: 'claims.rolls', message: 'unknown member' }],
    ['custom', { authorize: { add: { a: 1 } } }, { path: 'authorize.add.a' }],
    ['custom', { audience: { kind: 'scope' } }, { path: 'audience.scope' }],
  ])('%s %j is wrong', (name, options, problem) => {
    const { profile, problems } = configured(name, options)
    expect(problems).toEqual([expect.objectContaining(problem)])
    expect(profile).toBe(profiles[name])
  })

  test('a secret does not get into the profile', () => {
    const { profile } = configured('okta', { initialAccessToken: 'very secret' })
    expect(JSON.stringify(profile)).not.toContain('very secret')
  })

  test.each([undefined, null])('%s is no options', options => {
    expect(configured('keycloak', options)).toEqual({ profile: profiles.keycloak, problems: [] })
  })
})
