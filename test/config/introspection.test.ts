import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Authentication } from '../../src/config/snapshot.ts'
import { firstRoute, type Given, problems, snapshotOf, withPolicies } from './read.ts'

const APP = '11111111-2222-3333-4444-555555555555'
const PEM = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })

function authenticationOf(policy: string, given?: Given): Authentication {
  const { authentication } = firstRoute(snapshotOf(withPolicies(policy), given))
  if (authentication === undefined) throw new Error('the route is not protected')
  return authentication
}

const policyOf = (members: string) =>
  `mcpAuthentication: {issuer: 'http://idp.example/r', ${members}}`

const introspectionOf = (members: string, given?: Given) =>
  authenticationOf(policyOf(members), given).issuers[0]?.introspection

/** Messages without their place. */
const said = (members: string, given?: Given) =>
  problems(withPolicies(policyOf(members)), given).map(line =>
    line.replace(/^.*?policies\.mcpAuthentication\.?/, ''),
  )

describe('how opaque tokens are checked', () => {
  test('not at all unless the configuration says how', () => {
    expect(introspectionOf('mode: strict')).toBeUndefined()
    expect(introspectionOf('provider: keycloak')).toBeUndefined()
  })

  test('by a client of their own, also without a relay', () => {
    const members = 'introspection: {clientId: gw, clientSecret: s, method: client_secret_post}'
    const introspection = introspectionOf(members)
    expect(introspection).toMatchObject({ url: undefined, clientId: 'gw', bareTokens: true })
    expect(introspection?.authentication).toMatchObject({
      kind: 'secret',
      method: 'client_secret_post',
    })
  })

  test('with a private key out of a file', () => {
    const members =
      "introspection: {url: 'http://idp.example/i', clientId: gw, keyId: k, privateKey: {file: key.pem}}"
    expect(introspectionOf(members, { files: { 'key.pem': String(PEM) } })).toMatchObject({
      url: 'http://idp.example/i',
      authentication: { kind: 'key', keyId: 'k' },
    })
  })

  test('by the client of the relay, about sealed tokens alone', () => {
    const members = 'provider: authelia, clientId: gw, clientSecret: s'
    expect(introspectionOf(members)).toMatchObject({ clientId: 'gw', bareTokens: false })
  })

  test('about bare ones, too, when introspection stands there', () => {
    const members = 'provider: authelia, clientId: gw, clientSecret: s, introspection: {}'
    expect(introspectionOf(members)).toMatchObject({ clientId: 'gw', bareTokens: true })
  })

  test('by the check of the provider of its own, with the client of the relay', () => {
    expect(introspectionOf('provider: google, clientId: gw')).toEqual({
      url: undefined,
      clientId: 'gw',
      authentication: { kind: 'none' },
      bareTokens: false,
    })
    expect(introspectionOf('provider: github, clientId: gw, clientSecret: s')).toMatchObject({
      clientId: 'gw',
      authentication: { kind: 'secret' },
      bareTokens: false,
    })
    expect(introspectionOf('provider: google, clientId: gw, audiences: [gw]')).toMatchObject({
      bareTokens: true,
    })
  })

  test.each<[string, string, string]>([
    ['no client', 'introspection: {}', 'introspection: an OpenID Connect provider tells only'],
    [
      'no client for a provider whose tokens are opaque',
      'provider: {custom: {title: Acme, tokens: {kind: opaque}}}',
      'provider: Acme tells only a client with a secret or key about tokens',
    ],
    ['no secret', 'provider: github, clientId: gw', 'clientId: GitHub tells only its client'],
    [
      'a second way',
      'provider: google, clientId: gw, introspection: {clientId: x, clientSecret: y}',
      'introspection: Google has a check of its own',
    ],
    [
      'tokens that nobody could use',
      'provider: google, clientId: gw, accessToken: provider',
      'accessToken: tokens of Google are for no resource',
    ],
    [
      'what is no key',
      'introspection: {clientId: gw, privateKey: nonsense}',
      'introspection.privateKey: expected a private key',
    ],
    [
      'a secret and a key',
      'introspection: {clientId: gw, clientSecret: s, privateKey: k}',
      'introspection.privateKey: clientSecret and privateKey exclude each other',
    ],
  ])('%s is refused', (_, members, message) => {
    expect(said(members)[0]).toContain(message)
  })

  test('only one of several issuers can be asked', () => {
    const provider = (name: string) =>
      `{issuer: 'http://${name}.example', introspection: {clientId: a, clientSecret: b}}`
    const text = `jwtAuth: {mode: strict, providers: [${provider('one')}, ${provider('two')}]}`
    expect(problems(withPolicies(text))).toEqual([
      expect.stringContaining('providers[1].introspection: an opaque token does not say whose'),
    ])
  })
})

describe('what the provider always puts into aud', () => {
  test('stands for the resource unless audiences are configured', () => {
    const entra = `provider: {entra: {appId: ${APP}}}, clientId: gw`
    expect(authenticationOf(policyOf(entra)).issuers[0]?.audiences).toEqual([APP, `api://${APP}`])
    const own = authenticationOf(policyOf(`${entra}, audiences: [mine]`))
    expect(own.issuers[0]?.audiences).toEqual(['mine'])
  })
})

describe('the initial access token as an option of the provider', () => {
  const registrationOf = (value: string, given?: Given) =>
    authenticationOf(policyOf(`provider: {okta: {initialAccessToken: ${value}}}`), given).relay
      ?.registration

  test.each([
    ['in place', 'token', {}],
    ['out of a file', '{file: t}', { files: { t: 'token\n' } }],
  ])('%s', (_, value, given) => {
    const registration = registrationOf(value, given)
    expect(registration?.strategy).toBe('relay')
    expect(registration?.initialAccessToken?.reveal()).toBe('token')
  })

  test('is refused with its place', () => {
    expect(said('provider: {okta: {initialAccessToken: 42}}')).toEqual([
      expect.stringContaining('provider.okta.initialAccessToken: expected a secret'),
    ])
    expect(said('provider: {okta: {initialAccessToken: {file: none}}}')).toEqual([
      expect.stringContaining('provider.okta.initialAccessToken: cannot read the file none'),
    ])
  })
})

test('strangers can register so many clients that a realm of Keycloak has room for them', () => {
  const { relay } = authenticationOf(policyOf('provider: keycloak'))
  expect(relay?.registration).toMatchObject({ limits: { perAddressPerHour: 20, perDay: 150 } })
})

test('a profile of your own is checked at its place', () => {
  expect(said('provider: {custom: {claims: {rolls: [x]}}}')).toEqual([
    expect.stringContaining('provider.custom.claims.rolls: unknown member'),
  ])
  expect(said('provider: {custom: {tokens: {check: {url: "http://x"}}}}')[0]).toContain(
    'provider.custom.tokens.check.method: missing',
  )
})
