import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import type { TestGateway } from '../support/gateway.ts'
import { startProxy } from './gateway.ts'
import { issuerOf, passwordToken } from './keycloak.ts'

const run = promisify(execFile)
const issuer = issuerOf('agentgateway')

let upstream: EverythingServer
let gateway: TestGateway
/** Where the gateway listens; its public name is one of a cluster. */
let url: string

/** An agent with a password: the audience of its tokens is its own client id. */
beforeAll(async () => {
  upstream = await startEverythingServer()
  gateway = await startProxy(
    upstream.url,
    [
      `issuer: "${issuer}"`,
      'audiences: [mcp-agent]',
      `jwks: {url: "${issuer}/protocol/openid-connect/certs"}`,
      'mode: Strict',
      'provider: Keycloak',
      'resourceMetadata: {resource: "http://mcp-server.default.svc.cluster.local", scopesSupported: [openid], bearerMethodsSupported: [header]}',
    ].join(', '),
  )
  url = `${gateway.served()[0]?.listener}/mcp`
})
afterAll(async () => {
  await gateway.stop()
  await upstream.close()
})

const token = (): Promise<string> =>
  passwordToken(issuer, {
    client_id: 'mcp-agent',
    client_secret: 'agent-secret-123',
    username: 'agent-user',
    password: 'agent-pass',
  })

const CALL = '{"jsonrpc":"2.0","method":"tools/list","id":1}'

test('curl without a token gets 401', async () => {
  const { stdout } = await run('curl', [
    ...['-s', '-w', '\nHTTP Status: %{http_code}\n', url],
    ...['-H', 'Content-Type: application/json', '-d', CALL],
  ])
  expect(stdout).toContain('HTTP Status: 401')
})

test('curl with a token of the password grant gets the tools', async () => {
  const { stdout } = await run('curl', [
    ...['-s', url, '-H', 'Content-Type: application/json'],
    ...['-H', `Authorization: Bearer ${await token()}`, '-d', CALL],
  ])
  const names = JSON.parse(stdout).result.tools.map(({ name }: { name: string }) => name)
  expect(names).toContain('test_simple_text')
})

test('a token of another client of the realm is refused, and told what to change', async () => {
  const other = await passwordToken(issuer, {
    client_id: 'admin-cli',
    username: 'agent-user',
    password: 'agent-pass',
  })
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${other}`, 'content-type': 'application/json' },
    body: CALL,
  })
  expect(answer.status).toBe(401)
  const { hint } = await gateway.logged(/"token refused"/)
  expect(hint).toContain('audience mapper')
})
