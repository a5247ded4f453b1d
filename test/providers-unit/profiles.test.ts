import { describe, expect, test } from 'vitest'
import { identityOf } from '../../src/auth/claims.ts'
import { checkClaims } from '../../src/auth/token-claims.ts'
import { unmetExpectations } from '../../src/providers/expectations.ts'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'

const all = Object.entries(profiles)

describe.each(all)('the profile %s', (name, profile) => {
  test('is called by its key, and says what stands behind it', () => {
    expect(profile.name).toBe(name)
    expect(profile.title).not.toBe('')
    expect(['keycloak', 'emulated', 'documentation']).toContain(profile.tested)
  })

  test('is plain data, so that a changed configuration can be told from an equal one', () => {
    expect(structuredClone(profile)).toEqual(profile)
    expect(JSON.stringify(profile)).toBe(JSON.stringify(structuredClone(profile)))
  })

  test('promises consent or a check of opaque tokens only with what they need', () => {
    if (profile.asksConsent) expect(profile.registration.strategy).toBe('relay')
    if (profile.tokens.kind === 'opaque') expect(profile.tokens.check).toBeDefined()
  })

  test('says what to change about audiences and registration', () => {
    expect(profile.hints.audience).not.toBe('')
    expect(profile.hints.registration).not.toBe('')
  })
})

/** Claims as each provider writes them, and who that is: the same for policies whatever they are called. */
const samples: Readonly<Record<string, { claims: Record<string, unknown>; is: object }>> = {
  keycloak: {
    claims: {
      sub: 'f:1',
      azp: 'inspector',
      scope: 'openid mcp:tools',
      realm_access: { roles: ['user'] },
      resource_access: { tools: { roles: ['editor'] } },
      groups: ['staff'],
    },
    is: {
      subject: 'f:1',
      client: 'inspector',
      scopes: ['openid', 'mcp:tools'],
      roles: ['user', 'tools:editor', 'staff'],
    },
  },
  auth0: {
    claims: { sub: 'auth0|1', azp: 'app', scope: 'openid', permissions: ['read:all'] },
    is: { subject: 'auth0|1', client: 'app', scopes: ['read:all', 'openid'] },
  },
  okta: {
    claims: { sub: 'a@example', uid: '00u1', cid: '0oa1', scp: ['openid', 'tools'], groups: ['g'] },
    is: { subject: '00u1', client: '0oa1', scopes: ['openid', 'tools'], roles: ['g'] },
  },
  entra: {
    claims: { sub: 'pairwise', oid: 'user', appid: 'client', scp: 'tools.read', roles: ['Admin'] },
    is: { subject: 'user', client: 'client', scopes: ['tools.read'], roles: ['Admin'] },
  },
  cognito: {
    claims: { sub: 'u', client_id: 'c', scope: 'tools/read', 'cognito:groups': ['g'] },
    is: { subject: 'u', client: 'c', scopes: ['tools/read'], roles: ['g'] },
  },
  zitadel: {
    claims: {
      sub: 'u',
      client_id: 'c',
      'urn:zitadel:iam:org:project:roles': { admin: { 1: 'org' } },
    },
    is: { subject: 'u', client: 'c', roles: ['admin'] },
  },
  supabase: {
    claims: { sub: 'u', client_id: 'c', app_metadata: { roles: ['editor'] } },
    is: { subject: 'u', roles: ['editor'] },
  },
}

describe.each(Object.entries(samples))('claims of %s', (name, { claims, is }) => {
  test('say who it is', () => {
    expect(identityOf(claims, (profiles[name] ?? oidc).claims, 'token')).toMatchObject(is)
  })

  test('would not without the names of the profile', () => {
    expect(identityOf(claims, oidc.claims, 'token')).not.toMatchObject(is)
  })
})

describe('what is no access token is told by its marks', () => {
  test.each([
    ['oidc', { at_hash: 'x' }],
    ['keycloak', { typ: 'ID' }],
    ['keycloak', { typ: 'Refresh' }],
    ['cognito', { token_use: 'id' }],
  ])('%s %j', (name, mark) => {
    const profile = profiles[name] ?? oidc
    const unmarked = { ...profile, tokens: { ...profile.tokens, refuse: {}, require: {} } }
    const check = (one: ProviderProfile) =>
      checkClaims(
        { aud: 'https://mcp.example', ...mark },
        {
          issuer: {
            issuer: 'https://idp.example',
            audiences: [],
            keys: { kind: 'discovery' },
            profile: one,
          },
          required: [],
          resource: 'https://mcp.example',
          checkAudience: true,
          now: 0,
        },
      )
    expect(check(profile)?.kind).toBe('wrong_token_type')
    expect(check(unmarked)).toBeUndefined()
  })
})

describe('what a provider lacks is said in advance', () => {
  const complete = {
    registration_endpoint: 'https://idp.example/register',
    code_challenge_methods_supported: ['S256'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    jwks_uri: 'https://idp.example/jwks',
  }
  const direct = { relay: false, registered: false }

  test('and nothing of one that has everything', () => {
    expect(unmetExpectations(oidc, complete, direct)).toEqual([])
  })

  test.each([
    ['registration_endpoint', 'Claude, Cursor, VS Code'],
    ['code_challenge_methods_supported', 'S256'],
    ['grant_types_supported', 'refresh tokens'],
    ['jwks_uri', 'jwks_uri'],
  ])('%s', (member, says) => {
    const { [member]: _, ...rest } = complete as Record<string, unknown>
    const [sentence, ...others] = unmetExpectations(oidc, rest, direct)
    expect(sentence).toContain(says)
    expect(others).toEqual([])
  })

  test('metadata documents do for registration, but not where the gateway has to register', () => {
    const { registration_endpoint: _, ...rest } = complete
    const documents = { ...rest, client_id_metadata_document_supported: true }
    expect(unmetExpectations(oidc, documents, direct)).toEqual([])
    const relay = { relay: true, registered: false }
    expect(unmetExpectations(oidc, documents, relay)[0]).toContain('no client can log in')
  })

  test('but not what the relay makes good', () => {
    const { code_challenge_methods_supported: _, ...rest } = complete
    expect(unmetExpectations(oidc, rest, { relay: true, registered: true })).toEqual([])
  })
})
