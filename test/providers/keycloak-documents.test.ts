import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { program } from '../fixtures/program.ts'
import { KINDS, logInAndConnect } from '../support/client.ts'
import type { TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { startDocument } from './documents.ts'
import { addAudienceScope, issuerOf, passwordToken } from './keycloak.ts'
import { createKeycloakPerson } from './keycloak-person.ts'

const CALL = { name: 'test_simple_text', arguments: {} }

let upstream: EverythingServer

beforeAll(async () => {
  upstream = await startEverythingServer()
})
afterAll(() => upstream.close())

/** The documents name the realm `mcp` on port 7080; one URL in them lacks the realm, and keeps lacking it. */
const keycloak = (): readonly (readonly [string, string])[] => [
  ['http://localhost:7080', new URL(issuerOf('mcp')).origin],
]
const http = (): readonly (readonly [string, string])[] => [
  ...keycloak(),
  ['http://localhost:8080/mcp', upstream.url],
]

const proxies: readonly (readonly [string, () => Promise<TestGateway>])[] = [
  ['keycloak-proxy/portcullis.yaml', () => startDocument('keycloak-proxy/portcullis.yaml', http())],
  [
    'deployment-scenarios/proxy.yaml',
    () => startDocument('deployment-scenarios/proxy.yaml', http()),
  ],
  [
    'stdio-keycloak/portcullis.yaml',
    () =>
      startDocument(
        'stdio-keycloak/portcullis.yaml',
        keycloak(),
        program('everything-server', '--stdio'),
      ),
  ],
]

describe.each(proxies)('%s', (_name, start) => {
  test.each(KINDS)('%s: login, call, refresh, call', async kind => {
    await using gateway = await start()
    const person = createKeycloakPerson()
    const client = await logInAndConnect(kind, gateway.url, person)
    const answer = await client.callTool(CALL)
    expect(answer).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.pages).toEqual([
      'Sign in to your account',
      expect.stringContaining('Grant Access'),
    ])
    const { tokens } = person.saved
    person.saved.tokens = { ...tokens, access_token: 'dead', token_type: 'Bearer' }
    expect(await client.callTool(CALL)).toEqual(answer)
    expect(person.saved.tokens?.access_token).not.toBe('dead')
    expect(person.authorizationUrls).toHaveLength(1)
    await client.close()
  })
})

test.each(['keycloak-proxy/portcullis.yaml', 'deployment-scenarios/proxy.yaml'])(
  '%s: its jwksUrl lacks the realm; the right one is used, and one warning names it',
  async name => {
    await using gateway = await startDocument(name, http())
    const person = createKeycloakPerson()
    const client = await logInAndConnect('v2 auto', gateway.url, person)
    await client.callTool(CALL)
    // A bare token makes the gateway look for keys again when it does not know the one that signed it.
    const stranger = `${Buffer.from('{"alg":"RS256","kid":"unknown"}').toString('base64url')}.e30.AAAA`
    await post(gateway.url, {}, { authorization: `Bearer ${stranger}` })
    const warnings = gateway.log.filter(line => line.includes('put that URL there'))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`${issuerOf('mcp')}/protocol/openid-connect/certs`)
    expect(warnings[0]).toContain('test.yaml:')
    await client.close()
  },
)

describe('resource server only', () => {
  const issuer = issuerOf('mcp-gateway')

  test.each(KINDS)('%s registers at Keycloak itself and logs in there', async kind => {
    const scope = `mcp-resource-${kind.replace(' ', '-')}`
    await using gateway = await startDocument('deployment-scenarios/resource-server.yaml', [
      ['http://localhost:9000/.well-known/jwks.json', `${issuer}/protocol/openid-connect/certs`],
      ['http://localhost:9000', issuer],
      ['http://localhost:8080/mcp', upstream.url],
      ['read:all', scope],
    ])
    // Without the gateway between, Keycloak has to be told about the resource, and clients about the scope:
    // one that registers with some scope gets none of the default ones.
    await addAudienceScope('mcp-gateway', scope, gateway.url, 'optional')
    const person = createKeycloakPerson({ user: 'mcp' })
    const client = await logInAndConnect(kind, gateway.url, person)
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.authorizationUrls[0]?.href).toContain(`${issuer}/protocol/openid-connect/auth?`)
    await client.close()
  })

  test('what a client of Keycloak gets for nobody in particular is refused, with the mapper to add', async () => {
    await using gateway = await startDocument('deployment-scenarios/resource-server.yaml', [
      [
        'http://localhost:9000/.well-known/jwks.json',
        `${issuerOf('plain')}/protocol/openid-connect/certs`,
      ],
      ['http://localhost:9000', issuerOf('plain')],
      ['http://localhost:8080/mcp', upstream.url],
    ])
    const token = await passwordToken(issuerOf('plain'), {
      client_id: 'admin-cli',
      username: 'alice',
      password: 'alice',
    })
    const answer = await post(gateway.url, {}, { authorization: `Bearer ${token}` })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toContain('aud')
  })
})
