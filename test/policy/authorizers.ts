import { identityOf } from '../../src/auth/claims.ts'
import { anonymous, type Identity } from '../../src/auth/identity.ts'
import type { Route } from '../../src/config/snapshot.ts'
import {
  type Authorizer,
  createAuthorizer,
  type Use,
  type Verdict,
} from '../../src/policy/authorizer.ts'
import type { Item } from '../../src/policy/item.ts'
import type { RequestFacts } from '../../src/policy/request.ts'
import { keycloak } from '../../src/providers/keycloak.ts'
import { firstRoute, snapshotOf } from '../config/read.ts'

export const NOW: number = Date.parse('2026-11-21T12:00:00Z')

export const REQUEST: RequestFacts = {
  method: 'POST',
  path: '/mcp',
  host: 'gw.example',
  headers: { 'x-team': 'blue', authorization: 'Bearer secret' },
  query: 'tenant=acme',
  address: '192.0.2.7',
}

/** Who calls in the tables. */
export const IDENTITIES: Readonly<Record<string, Identity>> = {
  nobody: anonymous,
  reader: identity({ sub: 'rita', scope: 'files:read', groups: ['users'] }),
  writer: identity({ sub: 'wim', scope: 'files:read files:write', groups: ['users', 'ops'] }),
  admin: identity({
    sub: 'ada',
    scope: 'admin',
    level: 3,
    groups: ['admins'],
    realm_access: { roles: ['admin'] },
    resource_access: { crm: { roles: ['tool:greet'] } },
  }),
}

export function identity(claims: Readonly<Record<string, unknown>>): Identity {
  return identityOf({ iss: 'https://idp.example', azp: 'cli', ...claims }, keycloak.claims, 'token')
}

/** `tool crm/greet {"x":1}`: kind, target, name and arguments. */
export function use(text: string, listed = false): Use {
  const [kind = '', where = '', ...rest] = text.split(' ')
  const slash = where.indexOf('/')
  const [target, name] = [where.slice(0, slash), where.slice(slash + 1)]
  const given = rest.length === 0 ? {} : (JSON.parse(rest.join(' ')) as object)
  const item: Item = { kind: kind as Item['kind'], target, name, annotations: ANNOTATIONS[name] }
  const method = METHODS[item.kind]
  return { method, item, arguments: listed ? undefined : given, listed }
}

const METHODS = {
  tool: 'tools/call',
  prompt: 'prompts/get',
  resource: 'resources/read',
  task: 'tasks/get',
} as const

const ANNOTATIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  greet: { readOnlyHint: true },
  delete_file: {},
  write_file: { destructiveHint: false },
}

/** A route whose `mcpAuthorization` is this YAML, one line per member. */
export function routeWith(policy: string, backend: string = BACKEND, more: string = ''): Route {
  return firstRoute(
    snapshotOf(`
binds:
- port: 3000
  address: 127.0.0.1
  listeners:
  - routes:
    - matches: [{path: {pathPrefix: /mcp}}]
      policies:
        mcpAuthentication: {issuer: https://idp.example, mode: optional}
        mcpAuthorization:
${policy.trim().replace(/^/gm, '          ')}
${more}
      backends:
${backend.trim().replace(/^/gm, '      ')}
`),
  )
}

const BACKEND = `
- mcp:
    targets:
    - {name: crm, mcp: {host: "http://127.0.0.1:1/mcp"}}
    - {name: files, mcp: {host: "http://127.0.0.1:2/mcp"}}
`

export function authorizerOf({ mcpAuthorization }: Route): Authorizer {
  if (mcpAuthorization === undefined) throw new Error('the route has no rules')
  return createAuthorizer(mcpAuthorization, () => NOW)
}

export function authorizerFor(rules: readonly string[], more = ''): Authorizer {
  const list = rules.map(rule => `- ${rule}`).join('\n')
  return authorizerOf(routeWith(`rules:${rules.length === 0 ? ' []' : `\n${list}`}\n${more}`))
}

/** Which rule decided, counted from 1 as they were written, and what it said: `deny 2 error`; `-`: none did. */
export function reason({ ruling: { by, value } }: Verdict): string {
  if (by === undefined) return '-'
  const index = Number(/\[(\d+)\](?:\.\w+)?$/.exec(by.path)?.[1])
  return `${by.effect} ${index + 1} ${value}`
}

/** One letter for what comes out, and the scopes that are asked for. */
export function short(verdict: Verdict): string {
  if (verdict.outcome === 'insufficient_scope') return verdict.scopes.join('+')
  return verdict.outcome === 'allowed' ? 'yes' : 'no'
}
