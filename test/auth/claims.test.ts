import { describe, expect, it } from 'vitest'
import { identityOf } from '../../src/auth/claims.ts'
import { claimAt } from '../../src/providers/claim.ts'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'
import type { ClaimNames } from '../../src/providers/profile.ts'

function identity(claims: Record<string, unknown>, names: Partial<ClaimNames> = {}) {
  return identityOf(claims, { ...oidc.claims, ...names }, 'secret-token')
}

describe('identity of a verified token', () => {
  it('speaks for a user and a client', () => {
    const claims = { iss: 'https://idp.example', sub: 'alice', client_id: 'cli', exp: 4102444800 }
    expect(identity(claims)).toMatchObject({
      authenticated: true,
      issuer: 'https://idp.example',
      subject: 'alice',
      client: 'cli',
      expiresAt: 4102444800,
      claims,
    })
  })

  it.each<[string, Record<string, unknown>, readonly string[], string[]]>([
    ['a text', { scope: 'a b  c' }, ['scope'], ['a', 'b', 'c']],
    ['a list', { scp: ['a', 'b'] }, ['scope', 'scp'], ['a', 'b']],
    ['a text in scp', { scp: 'a b' }, ['scope', 'scp'], ['a', 'b']],
    [
      'permissions beside scope',
      { permissions: ['p'], scope: 'a' },
      ['permissions', 'scope'],
      ['p', 'a'],
    ],
    ['nothing', {}, ['scope'], []],
    ['numbers and objects', { scope: [1, {}, 'a'] }, ['scope'], ['a']],
    ['the same scope twice', { scope: 'a a', scp: ['a'] }, ['scope', 'scp'], ['a']],
  ])('has the scopes of %s', (_name, claims, scopes, expected) => {
    expect(identity(claims, { scopes }).scopes).toEqual(expected)
  })

  it.each<[string, Record<string, unknown>, readonly string[], string[]]>([
    ['a list', { roles: ['a', 'b'] }, ['roles'], ['a', 'b']],
    ['a path', { realm_access: { roles: ['a'] } }, ['realm_access.roles'], ['a']],
    ['a name with dots', { 'https://x.example/roles': ['a'] }, ['https://x.example/roles'], ['a']],
    [
      'every client, apart from the realm',
      {
        realm_access: { roles: ['user'] },
        resource_access: { crm: { roles: ['admin'] }, mail: { roles: ['user'] } },
      },
      ['realm_access.roles', 'resource_access'],
      ['user', 'crm:admin', 'mail:user'],
    ],
    [
      'an object of roles',
      { roles: { admin: { org: 'x' }, dev: {} } },
      ['roles'],
      ['admin', 'dev'],
    ],
    ['one text', { roles: 'admin' }, ['roles'], ['admin']],
    ['nothing of use', { roles: 7, realm_access: null }, ['roles', 'realm_access.roles'], []],
  ])('has the roles of %s', (_name, claims, roles, expected) => {
    expect(identity(claims, { roles }).roles).toEqual(expected)
  })

  it('attack: the role of one client is no role of another or of the realm', () => {
    const claims = { resource_access: { game: { roles: ['admin'] } } }
    const { roles } = identity(claims, { roles: ['realm_access.roles', 'resource_access'] })
    expect(roles).not.toContain('admin')
  })

  it('names the client as each provider does', () => {
    const names = profiles.keycloak?.claims
    expect(identity({ azp: 'cli', client_id: 'x' }, names).client).toBe('cli')
    expect(identity({ appid: 'v1' }, { client: ['azp', 'appid'] }).client).toBe('v1')
    expect(identity({ cid: 'okta' }, { client: ['cid'] }).client).toBe('okta')
  })

  it('takes numbers as ids and skips what is empty', () => {
    expect(identity({ id: 42 }, { subject: ['sub', 'id'] }).subject).toBe('42')
    expect(identity({ sub: '', oid: 'o' }, { subject: ['sub', 'oid'] }).subject).toBe('o')
  })

  it('knows the client better than the token when a seal says so', () => {
    expect(identityOf({ client_id: 'shared' }, oidc.claims, 't', 'mine').client).toBe('mine')
  })

  it('is frozen to the ground and hides the token', () => {
    const answer = identity({ deep: { list: [{}] } })
    expect(Object.isFrozen(answer)).toBe(true)
    expect(Object.isFrozen(answer.scopes)).toBe(true)
    expect(Object.isFrozen((answer.claims.deep as { list: object[] }).list[0])).toBe(true)
    expect(JSON.stringify(answer)).not.toContain('secret-token')
    expect(answer.token?.reveal()).toBe('secret-token')
  })

  it('survives claims nested as deeply as a token can hold', () => {
    const depth = 6000
    const claims = JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`) as object
    expect(identity(claims as Record<string, unknown>).authenticated).toBe(true)
  })

  it('attack: names that every object has lead nowhere', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'constructor.name', 'a.length']) {
      expect(claimAt({}, name), name).toBeUndefined()
    }
  })
})
