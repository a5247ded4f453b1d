import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { startEverythingServer } from '../fixtures/everything-server.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { logInAndConnect } from '../support/client.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { createPerson } from '../support/login.ts'

let gateway: TestGateway
let port: number

beforeEach(async () => {
  port = await freePort()
  gateway = await startTestGateway(
    configuration([{ backend: httpTarget(`http://127.0.0.1:${port}/mcp`) }]),
  )
})
afterEach(() => gateway.stop())

test('a server that is down is 503 with Retry-After, and works once it is back [CALL-9]', async () => {
  const list = () => post(gateway.url, jsonRpc('tools/list', '1'))
  const down = await list()
  expect(down.status).toBe(503)
  expect(down.headers['retry-after']).toBeDefined()
  expect(down.json()).toMatchObject({ id: 1, error: { code: -32603 } })
  expect(down.body).not.toContain(String(port))

  const first = await startEverythingServer(port)
  expect((await list()).status).toBe(200)
  await first.close()
  expect((await list()).status).toBe(503)
  const second = await startEverythingServer(port)
  expect((await list()).status).toBe(200)
  await second.close()
})

test('a server that was restarted has forgotten its sessions: they are opened there anew, unnoticed [CALL-9]', async () => {
  const first = await startEverythingServer(port)
  const initialize = jsonRpc(
    'initialize',
    '0',
    '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}',
  )
  const open = async () => {
    const { headers } = await post(gateway.url, initialize)
    return { 'mcp-session-id': String(headers['mcp-session-id']) }
  }
  const session = await open()
  const list = (headers: Record<string, string>) =>
    post(gateway.url, jsonRpc('tools/list', '1'), headers)
  expect((await list(session)).status).toBe(200)
  await first.close()
  const second = await startEverythingServer(port)
  expect((await list(session)).status).toBe(200)
  expect((await list(await open())).status).toBe(200)
  await second.close()
})

test('an identity provider that was restarted with new keys: people log in again and go on [KEYS-2] [RELAY-19]', async () => {
  const log = createLog({ level: 'silent', format: 'json' })
  const providerPort = await freePort()
  const upstream = await startEverythingServer(port)
  const provider = await startIdentityProvider({ port: providerPort, log })
  await using guarded = await startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {issuer: "${provider.issuer}", provider: {oidc: {}}}}`,
        backend: httpTarget(upstream.url),
      },
    ]),
  )
  const call = { name: 'test_simple_text', arguments: {} }
  const client = await logInAndConnect('v2 modern', guarded.url, createPerson())
  expect(await client.callTool(call)).toMatchObject({ content: [{ type: 'text' }] })

  await provider.close()
  // The token that was verified goes on working; nobody new can come.
  expect(await client.callTool(call)).toMatchObject({ content: [{ type: 'text' }] })
  await client.close()

  const again = await startIdentityProvider({ port: providerPort, log })
  const next = await logInAndConnect('v2 modern', guarded.url, createPerson({ user: 'bob' }))
  expect(await next.callTool(call)).toMatchObject({ content: [{ type: 'text' }] })
  await next.close()
  await again.close()
  await upstream.close()
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
