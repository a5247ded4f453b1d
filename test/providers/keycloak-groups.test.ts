import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { KINDS, logInAndConnect } from '../support/client.ts'
import { ask, post } from '../support/http.ts'
import { startProxy } from './gateway.ts'
import { issuerOf } from './keycloak.ts'
import { createKeycloakPerson } from './keycloak-person.ts'

/** Anybody may register in this realm, from anywhere; users are in groups. */
const issuer = issuerOf('mcp-gateway')
const CALL = { name: 'test_simple_text', arguments: {} }
const METADATA =
  'resourceMetadata: {resourceName: MCP Server, scopesSupported: [basic, groups, roles, profile], bearerMethodsSupported: [header]}'

let upstream: EverythingServer

beforeAll(async () => {
  upstream = await startEverythingServer()
})
afterAll(() => upstream.close())

test('discovery without a login, and the challenge', async () => {
  await using gateway = await startProxy(upstream.url, `issuer: "${issuer}", ${METADATA}`)
  const document = await ask(`${gateway.origin}/.well-known/oauth-protected-resource`)
  expect(document.json()).toEqual({
    resource_name: 'MCP Server',
    resource: gateway.url,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    scopes_supported: ['basic', 'groups', 'roles', 'profile'],
  })
  const refused = await post(gateway.url, { jsonrpc: '2.0', id: 1, method: 'tools/list' })
  expect(refused.status).toBe(401)
  expect(refused.headers['www-authenticate']).toContain(
    `resource_metadata="${gateway.origin}/.well-known/oauth-protected-resource/mcp"`,
  )
})

describe.each(['', ', provider: {keycloak: {}}'])('login of a user in a group%s', provider => {
  test.each(KINDS)('%s', async kind => {
    await using gateway = await startProxy(
      upstream.url,
      `issuer: "${issuer}", audiences: [mcp-server]${provider}, ${METADATA}`,
    )
    const person = createKeycloakPerson({ user: 'mcp' })
    const client = await logInAndConnect(kind, gateway.url, person)
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.saved.tokens?.scope?.split(' ')).toContain('groups')
    await client.close()
  })
})
