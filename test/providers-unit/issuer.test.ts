import { describe, expect, test } from 'vitest'
import { b2c } from '../../src/providers/b2c.ts'
import { entra } from '../../src/providers/entra.ts'
import { acceptsIssuer } from '../../src/providers/issuer.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { configureProfile } from '../../src/providers/options.ts'

const MINE = '11111111-1111-1111-1111-111111111111'
const OTHER = '22222222-2222-2222-2222-222222222222'
const v2 = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`
const v1 = (tenant: string): string => `https://sts.windows.net/${tenant}/`

const flow = 'https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin/v2.0'
const directory = (tenant: string): string => `https://contoso.b2clogin.com/${tenant}/v2.0/`

describe('the issuer of a token', () => {
  test.each([
    ['https://idp.example', 'https://idp.example', true],
    ['https://idp.example', 'https://idp.example/', false],
    ['https://idp.example', 'https://IDP.example', false],
  ])('without templates: %s ← %s is %s', (configured, iss, good) => {
    expect(acceptsIssuer(oidc, configured, iss, {})).toBe(good)
  })

  test.each([
    ['v2 token of the configured tenant', v2(MINE), v2(MINE), MINE, true],
    ['v1 token of the configured tenant', v2(MINE), v1(MINE), MINE, true],
    ['v1 token of another tenant', v2(MINE), v1(OTHER), OTHER, false],
    ['v2 token of another tenant', v2(MINE), v2(OTHER), OTHER, false],
    ['token whose tid is another one', v2(MINE), v1(MINE), OTHER, false],
    ['token of any tenant with common', v2('common'), v2(OTHER), OTHER, false],
    ['path that is no tenant', v2(MINE), `https://sts.windows.net/${MINE}/x/`, MINE, false],
  ])('at Entra: %s', (_, configured, iss, tid, good) => {
    expect(acceptsIssuer(entra, configured, iss, { tid })).toBe(good)
  })

  test.each([
    ['the directory', directory(MINE), true],
    ['another directory', directory(OTHER), false],
    ['a host of another name', directory(MINE).replace('contoso', 'evil'), false],
    ['a path below the directory', `${directory(MINE)}x/v2.0/`, false],
  ])('at B2C: of %s', (_, iss, good) => {
    const { profile } = configureProfile(b2c, { tenant: MINE })
    expect(acceptsIssuer(profile, flow, iss, {})).toBe(good)
    expect(acceptsIssuer(b2c, flow, iss, {})).toBe(false)
  })

  test('at Entra with a list of tenants is one of those, and no other', () => {
    const { profile } = configureProfile(entra, { tenant: MINE })
    expect(acceptsIssuer(profile, v2('common'), v2(MINE), { tid: MINE })).toBe(true)
    expect(acceptsIssuer(profile, v2('common'), v1(MINE), { tid: MINE })).toBe(true)
    expect(acceptsIssuer(profile, v2('common'), v2(OTHER), { tid: OTHER })).toBe(false)
    expect(acceptsIssuer(profile, v2(OTHER), v2(OTHER), { tid: OTHER })).toBe(false)
  })
})
