import { describe, expect, test } from 'vitest'
import type { Authentication } from '../../src/config/snapshot.ts'
import { auth0 } from '../../src/providers/auth0.ts'
import { keycloak } from '../../src/providers/keycloak.ts'
import { firstRoute, type Given, messages, snapshotOf, withPolicies } from './read.ts'

function authenticationOf(policy: string, given?: Given): Authentication {
  const { authentication } = firstRoute(snapshotOf(withPolicies(policy), given))
  if (authentication === undefined) throw new Error('the route is not protected')
  return authentication
}

const mcp = (members: string) =>
  authenticationOf(`mcpAuthentication: {issuer: 'http://idp.example/r', ${members}}`)

describe('mcpAuthentication', () => {
  test('needs nothing but the issuer', () => {
    expect(authenticationOf('mcpAuthentication: {issuer: http://idp.example}')).toMatchObject({
      mode: 'strict',
      issuers: [{ issuer: 'http://idp.example', audiences: [], keys: { kind: 'discovery' } }],
      location: { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
      requiredClaims: ['exp'],
      resource: undefined,
      scopes: undefined,
      challengeScopes: [],
      metadata: {},
      relay: undefined,
    })
  })

  test('understands the older spellings [CFG-2]', () => {
    const { mode, issuers, relay } = mcp(
      "jwksUrl: 'http://idp.example/keys', audience: a, mode: Strict, provider: Keycloak",
    )
    expect(mode).toBe('strict')
    expect(issuers[0]?.audiences).toEqual(['a'])
    expect(issuers[0]?.keys).toMatchObject({ kind: 'url', url: 'http://idp.example/keys' })
    expect(relay?.profile.name).toBe('keycloak')
  })

  const keys = '{"keys": [{"kty": "RSA"}]}'
  const inline = { kind: 'inline', jwks: { keys: [{ kty: 'RSA' }] } }
  const sources: readonly (readonly [string, object])[] = [
    [`jwks: '${keys}'`, inline],
    [`jwks: {inline: '${keys}'}`, inline],
    ['jwks: {file: keys.json}', inline],
    ['jwks: keys.json', inline],
    ['jwks: http://idp.example/k', { kind: 'url', url: 'http://idp.example/k', fallback: false }],
    ['jwks: {url: "http://idp.example/k"}', { kind: 'url', fallback: false }],
    ['jwksUrl: http://idp.example/k', { kind: 'url', fallback: false }],
    ['jwksUrl: http://idp.example/k, provider: keycloak', { kind: 'url', fallback: true }],
    ['provider: keycloak', { kind: 'discovery' }],
  ]
  test.each(sources)('keys come from %s [CFG-2]', (members, source) => {
    const policy = `mcpAuthentication: {issuer: 'http://idp.example', ${members}}`
    const { issuers } = authenticationOf(policy, { files: { 'keys.json': keys } })
    expect(issuers[0]?.keys).toMatchObject(source)
  })

  test('metadata goes to snake_case, and what is unknown is kept', () => {
    const { resource, scopes, challengeScopes, metadata } = mcp(
      `resourceMetadata: {resource: 'http://localhost:3000/mcp', scopesSupported: [a, offline_access],
      authorizationServers: ['http://x'], resourcePolicyUri: 'http://p', 'x#de': {camelCase: 1}}`,
    )
    expect(resource).toBe('http://localhost:3000/mcp')
    expect(scopes).toEqual(['a', 'offline_access'])
    expect(challengeScopes).toEqual(['a'])
    expect(metadata).toEqual({
      authorization_servers: ['http://x'],
      resource_policy_uri: 'http://p',
      'x#de': { camelCase: 1 },
    })
  })

  const locations: readonly (readonly [string, object])[] = [
    ['{header: {name: X-Token}}', { kind: 'header', name: 'x-token', prefix: '' }],
    ['{header: {name: X-T, prefix: "T "}}', { kind: 'header', name: 'x-t', prefix: 'T ' }],
    ['{queryParameter: {name: t}}', { kind: 'query', name: 't' }],
    ['{cookie: {name: t}}', { kind: 'cookie', name: 't' }],
  ]
  test.each(locations)('the token may be in %s', (location, compiled) => {
    expect(mcp(`authorizationLocation: ${location}`).location).toEqual(compiled)
  })
})

describe('the relay', () => {
  test('takes what the profile says', () => {
    const { relay } = mcp('provider: {keycloak: {}}')
    expect(relay).toMatchObject({
      issuer: 'http://idp.example/r',
      profile: { name: 'keycloak' },
      clientId: undefined,
      clients: [],
      registration: { strategy: keycloak.registration.strategy, ttlMs: undefined },
      accessToken: 'auto',
    })
    expect(mcp('provider: Auth0').relay?.registration.strategy).toBe(auth0.registration.strategy)
  })

  test('uses the client that was registered', () => {
    const { relay } = mcp(
      'provider: keycloak, clientId: id, clientSecret: s, registration: {ttl: 1h, allowClients: [A.example, "!*.B.example"], allowRedirects: ["https://claude.ai/*"]}',
    )
    expect(relay?.registration).toMatchObject({
      strategy: 'static',
      ttlMs: 3_600_000,
      allowClients: ['a.example', '!*.b.example'],
      allowRedirects: ['https://claude.ai/*'],
    })
    expect(relay?.clientSecret?.reveal()).toBe('s')
  })

  test('knows the clients that were registered by hand, and secrets in files [CFG-8]', () => {
    const policy = `mcpAuthentication:
  issuer: http://idp.example
  provider: {keycloak: {initialAccessToken: iat}}
  accessToken: sealed
  clients: [{id: a, secret: {file: a.key}, redirectUris: ['http://127.0.0.1/cb']}]`
    const { relay } = authenticationOf(policy, { files: { 'a.key': ' hush\n' } })
    expect(relay?.clients[0]?.secret?.reveal()).toBe('hush')
    expect(relay?.registration.initialAccessToken?.reveal()).toBe('iat')
    expect(relay?.accessToken).toBe('sealed')
  })

  test('takes options of the profile', () => {
    const { relay, issuers } = mcp('provider: {keycloak: {audienceScope: aud}}')
    expect(relay?.profile.audience).toEqual({ kind: 'scope', scope: 'aud' })
    expect(issuers[0]?.profile).toEqual(relay?.profile)
  })
})

describe('jwtAuth', () => {
  test('of one issuer', () => {
    const jwt = authenticationOf(
      'jwtAuth: {mode: strict, issuer: me, audiences: [a], jwks: \'{"keys": []}\', location: {cookie: {name: c}}}',
    )
    expect(jwt).toMatchObject({
      mode: 'strict',
      issuers: [{ issuer: 'me', audiences: ['a'], keys: { kind: 'inline' } }],
      location: { kind: 'cookie', name: 'c' },
      relay: undefined,
    })
  })

  test('of several', () => {
    const { issuers, requiredClaims } = authenticationOf(`jwtAuth:
  mode: strict
  providers:
  - {issuer: http://a.example, jwtValidationOptions: {requiredClaims: [exp, sub]}}
  - {issuer: http://b.example, jwksUrl: http://b.example/keys}`)
    expect(issuers.map(({ issuer }) => issuer)).toEqual(['http://a.example', 'http://b.example'])
    expect(requiredClaims).toEqual(['exp', 'sub'])
  })

  test('without mode is optional, with a warning', () => {
    const text = withPolicies('jwtAuth: {issuer: http://a.example}')
    expect(authenticationOf('jwtAuth: {issuer: http://a.example}').mode).toBe('optional')
    expect(messages('warning', text)).toContain(
      'jwtAuth without mode lets requests without a token in',
    )
  })
})
