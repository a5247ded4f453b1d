import { describe, expect, test } from 'vitest'
import { identityOf } from '../../src/auth/claims.ts'
import { profiles } from '../../src/providers/index.ts'
import { authorizerFor, REQUEST, use } from './authorizers.ts'

/** Claims as a token of each provider has them, and the roles that `hasRole` finds and does not find in them. */
type Row = {
  readonly claims: Readonly<Record<string, unknown>>
  /** Each the arguments of `hasRole`. */
  readonly yes: readonly string[]
  readonly no?: readonly string[]
}

const inRoles: Row = { claims: { roles: ['admin'] }, yes: ['"admin"'] }
const inGroups: Row = { claims: { groups: ['admin'] }, yes: ['"admin"'] }

const rows: Readonly<Record<string, readonly Row[]>> = {
  keycloak: [
    {
      claims: {
        realm_access: { roles: ['user'] },
        resource_access: { crm: { roles: ['tool:greet'] }, account: { roles: ['view'] } },
        groups: ['/ops'],
      },
      yes: ['"user"', '"/ops"', '"tool:greet", "crm"', '"tool:" + mcp.tool.name, mcp.tool.target'],
      no: ['"tool:greet"', '"tool:greet", "files"', '"view", "crm"', '"user", "crm"'],
    },
  ],
  auth0: [{ claims: { permissions: ['admin'] }, yes: ['"admin"'] }],
  okta: [inGroups],
  entra: [inRoles, inGroups],
  cognito: [{ claims: { 'cognito:groups': ['admin'] }, yes: ['"admin"'] }],
  google: [inRoles],
  authelia: [inRoles, inGroups],
  authentik: [inRoles, inGroups],
  descope: [inRoles],
  dex: [inGroups],
  oidc: [inRoles, inGroups],
  supabase: [{ claims: { app_metadata: { roles: ['admin'] } }, yes: ['"admin"'] }],
  workos: [inRoles, { claims: { role: 'admin' }, yes: ['"admin"'] }],
  zitadel: [
    {
      claims: { 'urn:zitadel:iam:org:project:roles': { admin: { '1': 'acme.example' } } },
      yes: ['"admin"'],
    },
  ],
}

const cases = Object.entries(rows).flatMap(([provider, tokens]) =>
  tokens.flatMap(({ claims, yes, no = ['"nobody"'] }) =>
    [...yes.map(role => [role, true] as const), ...no.map(role => [role, false] as const)].map(
      ([role, has]) => ({ provider, role, has, claims }),
    ),
  ),
)

describe('hasRole looks where the profile of the provider says [RULE-14]', () => {
  test.each(cases)('$provider: hasRole($role) is $has', ({ provider, role, has, claims }) => {
    const profile = profiles[provider]
    if (profile === undefined) throw new Error(`no profile ${provider}`)
    const caller = identityOf(
      { iss: 'https://idp.example', sub: 'ada', ...claims },
      profile.claims,
      '',
    )
    const authorizer = authorizerFor([`'hasRole(${role})'`])
    const { outcome } = authorizer.decide(use('tool crm/greet'), caller, REQUEST)
    expect(outcome).toBe(has ? 'allowed' : 'denied')
  })

  test('every profile that names roles is in the table, or reads what generic ones do', () => {
    const generic = JSON.stringify(profiles.oidc?.claims.roles)
    const left = Object.entries(profiles).filter(
      ([name, { claims }]) =>
        rows[name] === undefined &&
        claims.roles.length > 0 &&
        JSON.stringify(claims.roles) !== generic,
    )
    expect(left.map(([name]) => name)).toEqual([])
  })
})
