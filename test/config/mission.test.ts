import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Authentication, Route } from '../../src/config/snapshot.ts'
import { firstBind, firstRoute, mcpOf, messages, snapshotOf } from './read.ts'

const examples = join(import.meta.dirname, '../../examples')
const readExample = (name: string) => readFileSync(join(examples, name), 'utf8')

/** The YAML that agentgateway's own documents print, here as examples. */
function load(name: string): Route & { readonly authentication: Authentication } {
  const route = firstRoute(snapshotOf(readExample(name)))
  if (route.authentication === undefined) throw new Error('the route is not protected')
  return { ...route, authentication: route.authentication }
}

const metadata = {
  bearer_methods_supported: ['header', 'body', 'query'],
  resource_documentation: 'http://localhost:3000/stdio/docs',
  resource_policy_uri: 'http://localhost:3000/stdio/policies',
}

describe.each(['keycloak-proxy/portcullis.yaml', 'deployment-scenarios/proxy.yaml'])(
  'authorization-server proxy: %s',
  name => {
    test('compiles to a relay whose keys may come from the metadata [CFG-14]', () => {
      const { authentication, path, publicOrigins } = load(name)
      expect(path).toBe('/mcp')
      expect(publicOrigins).toEqual(['http://localhost:3000'])
      expect(authentication).toMatchObject({
        mode: 'strict',
        issuers: [
          {
            issuer: 'http://localhost:7080/realms/mcp',
            audiences: [],
            keys: {
              kind: 'url',
              url: 'http://localhost:7080/protocol/openid-connect/certs',
              fallback: true,
            },
          },
        ],
        resource: 'http://localhost:3000/mcp',
        scopes: ['read:all'],
        metadata,
        relay: { issuer: 'http://localhost:7080/realms/mcp', profile: { name: 'keycloak' } },
      })
    })
  },
)

test.each(['resource-server/portcullis.yaml', 'deployment-scenarios/resource-server.yaml'])(
  'resource server only: %s [CFG-14]',
  name => {
    const { authentication } = load(name)
    expect(authentication.relay).toBeUndefined()
    expect(authentication.issuers[0]).toMatchObject({
      issuer: 'http://localhost:9000',
      keys: { kind: 'url', url: 'http://localhost:9000/.well-known/jwks.json', fallback: false },
    })
  },
)

test('passthrough [CFG-14]', () => {
  const route = firstRoute(snapshotOf(readExample('passthrough/portcullis.yaml')))
  expect(route.authentication).toBeUndefined()
  expect(mcpOf(route).targets[0]?.auth).toEqual({ kind: 'passthrough' })
})

test('a program behind Keycloak [CFG-2] [CFG-14]', () => {
  const text = readExample('stdio-keycloak/portcullis.yaml')
  expect(firstBind(snapshotOf(text)).port).toBe(3000)
  const { authentication, cors, matches, backend } = load('stdio-keycloak/portcullis.yaml')
  expect(matches.map(match => match.path)).toEqual([{ kind: 'exact', value: '/hello/mcp' }])
  expect(cors?.allowOrigins).toEqual(['*'])
  expect(backend).toMatchObject({
    targets: [{ name: 'hello-world', transport: { command: 'uv', args: ['run', 'src/main.py'] } }],
  })
  expect(authentication.issuers[0]?.audiences).toEqual(['mcp_proxy'])
  expect(authentication.scopes).toEqual(['profile', 'offline_access', 'openid'])
  expect(authentication.challengeScopes).toEqual(['profile', 'openid'])
  expect(messages('error', text)).toEqual([])
})

test('documents print the same members and values in both scenarios', () => {
  const policies = (name: string): unknown =>
    parse(readExample(name)).binds[0].listeners[0].routes[0].policies
  expect(policies('deployment-scenarios/proxy.yaml')).toEqual(
    policies('keycloak-proxy/portcullis.yaml'),
  )
})
