import { describe, expect, test } from 'vitest'
import { advised } from '../../src/providers/advice.ts'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'

describe('an issuer that no provider is named for', () => {
  test.each([
    ['https://sso.example/realms/mcp', 'keycloak'],
    ['http://localhost:8080/realms/mcp', 'keycloak'],
    ['https://acme.eu.auth0.com/', 'auth0'],
    ['https://acme.okta.com/oauth2/default', 'okta'],
    ['https://login.microsoftonline.com/common/v2.0', 'entra'],
    ['https://sts.windows.net/11111111-2222-3333-4444-555555555555/', 'entra'],
    ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x', 'cognito'],
    ['https://accounts.google.com', 'google'],
    ['https://github.com', 'github'],
    ['https://acme.authkit.app', 'workos'],
    ['https://idp.example', 'oidc'],
    ['https://accounts.google.com.evil.example', 'oidc'],
    ['https://acme.auth0.com', 'oidc'],
    ['any text', 'oidc'],
  ])('%s gets the advice for %s and the behaviour of none', (issuer, name) => {
    const profile = advised(oidc, issuer, profiles)
    expect(profile.name).toBe(name)
    expect(profile.title).toBe(profiles[name]?.title)
    expect(profile.hints.audience).toContain(`provider: {${name}: {}}`)
    const { name: _, title: __, hints: ___, ...behaviour } = profile
    const { name: _n, title: _t, hints: _h, ...standard } = oidc
    expect(behaviour).toEqual(standard)
  })

  test('no advice names an option that only the relay has', () => {
    for (const { hints } of Object.values(profiles)) {
      expect(hints.directAudience ?? '').not.toMatch(/accessToken|\{audience|\{appId|clientId/)
    }
  })

  test('patterns of two providers never overlap', () => {
    const patterns = Object.values(profiles).flatMap(({ name, recognised }) =>
      recognised.map(pattern => [pattern.replaceAll('*', 'x'), name] as const),
    )
    for (const [issuer, name] of patterns) expect(advised(oidc, issuer, profiles).name).toBe(name)
  })
})
