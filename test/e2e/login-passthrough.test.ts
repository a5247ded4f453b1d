import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { type ProtectedServer, startProtectedServer } from '../fixtures/protected-server.ts'
import { KINDS, logInAndConnect } from '../support/client.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createPerson } from '../support/login.ts'

let provider: IdentityProvider
let server: ProtectedServer
let gateway: TestGateway

beforeAll(async () => {
  provider = await startIdentityProvider({
    port: 0,
    log: createLog({ level: 'silent', format: 'json' }),
  })
  const metadata = await ask(`${provider.issuer}/.well-known/oauth-authorization-server`)
  server = await startProtectedServer(metadata.json())
  gateway = await startTestGateway(
    configuration([{ match: '{path: {exact: /tools/mcp}}', backend: httpTarget(server.url) }]),
  )
  server.resource = gateway.url
})
afterAll(async () => {
  await gateway.stop()
  await server.close()
  await provider.close()
})

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

test.each(KINDS)('%s logs in at a server that implements OAuth itself [MODE-3]', async kind => {
  const person = createPerson()
  const client = await logInAndConnect(kind, gateway.url, person)
  const registered = await person.clientInformation()
  expect(await client.callTool({ name: 'whoami' })).toMatchObject({
    content: [{ type: 'text', text: registered?.client_id }],
  })
  const { authorization } = server.received.at(-1) ?? {}
  expect(authorization).toBe(`Bearer ${person.saved.tokens?.access_token}`)
  await client.close()
})

test.each(['initialize', 'tools/list'])(
  "the server's 401 to %s and its challenge pass unchanged [MODE-3]",
  async method => {
    const message = { jsonrpc: '2.0', id: 1, method, params: {} }
    const refused = await post(gateway.url, message)
    const direct = await post(server.url, message)
    expect(refused.status).toBe(401)
    expect(refused.headers['www-authenticate']).toBe(direct.headers['www-authenticate'])
    expect(refused.body).toBe(direct.body)
    const dead = await post(gateway.url, message, { authorization: 'Bearer dead' })
    expect(dead.headers['www-authenticate']).toContain('error="invalid_token"')
  },
)

test.each(['DPoP x.y.z', 'Basic YWxpY2U6eA==', 'bearer   odd  '])(
  'Authorization: %s reaches the server as it is [MODE-3]',
  async authorization => {
    await post(gateway.url, list, { authorization })
    expect(server.received.at(-1)?.authorization).toBe(authorization.trim())
  },
)

test.each(['GET', 'HEAD'])("the server's 401 to a bare %s passes too [MODE-3]", async method => {
  const refused = await fetch(gateway.url, { method })
  const direct = await fetch(server.url, { method })
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toBe(direct.headers.get('www-authenticate'))
  expect(await refused.text()).toBe(await direct.text())
})

test('its documents are served at the place that belongs to the route, and at the root [MODE-3]', async () => {
  for (const place of ['/tools/mcp', '']) {
    const answer = await ask(`${gateway.origin}/.well-known/oauth-protected-resource${place}`)
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.json()).toMatchObject({
      resource: gateway.url,
      authorization_servers: [provider.issuer],
    })
  }
  const root = await ask(`${gateway.origin}/.well-known/oauth-authorization-server`)
  expect(root.json()).toMatchObject({ issuer: provider.issuer })
})

test('what the server does not have is a 404 as JSON, and so it is while it is down [EDGE-15]', async () => {
  const absent = await ask(`${gateway.origin}/.well-known/openid-configuration/tools/mcp`)
  expect([absent.status, absent.json().error]).toEqual([404, 'not_found'])

  await using alone = await startTestGateway(
    configuration([{ backend: httpTarget('http://127.0.0.1:9/mcp') }]),
  )
  const down = await ask(`${alone.origin}/.well-known/oauth-protected-resource/mcp`)
  expect([down.status, down.json().error]).toEqual([404, 'not_found'])
})

test('a server whose resource is not the URL of the gateway gets a warning [MODE-3]', async () => {
  const own = server.resource
  server.resource = 'https://public.example/mcp'
  await using other = await startTestGateway(configuration([{ backend: httpTarget(server.url) }]))
  const answer = await ask(`${other.origin}/.well-known/oauth-protected-resource/mcp`)
  expect(answer.json().resource).toBe(server.resource)
  expect(await other.logged(/names another resource/)).toMatchObject({
    level: 'warn',
    resource: server.resource,
    wanted: other.url,
  })
  server.resource = own
})
