import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { ADDRESS, type TestCluster } from './cluster.ts'
import { startDeployed } from './deployed.ts'
import { eventually } from './eventually.ts'
import { type Forward, forward } from './forward.ts'
import { rendered } from './helm.ts'
import { setFrontendUrl } from './keycloak-realm.ts'
import type { Replica } from './replica.ts'
import { document, startWorld } from './world.ts'

let cluster: TestCluster
let server: LegacyHttpServer
let replica: Replica
const forwards: Forward[] = []

beforeAll(async () => {
  cluster = await startWorld()
  server = await startLegacyHttpServer()
  const keycloak = new URL(inject('keycloak'))
  await setFrontendUrl('agentgateway', 'http://keycloak.keycloak.svc.cluster.local:8080')
  const any = { host: ADDRESS, port: 0 }
  const mcp = await forward(any, { host: '127.0.0.1', port: Number(new URL(server.url).port) })
  const idp = await forward(any, { host: '127.0.0.1', port: Number(keycloak.port) })
  // kubectl port-forward svc/keycloak 8180:8080: there is no kubelet to do it.
  const port = await forward({ host: '127.0.0.1', port: 8180 }, { host: ADDRESS, port: idp.port })
  forwards.push(mcp, idp, port)
  await cluster.apply(
    document('4-assumed.yaml', { ADDRESS, MCP_PORT: mcp.port, KEYCLOAK_PORT: idp.port }),
  )
  // helm install portcullis -n agentgateway-system --set 'gatewayClasses={agentgateway}'
  await cluster.apply(
    await rendered('agentgateway-system', '--set', 'gatewayClasses={agentgateway}'),
  )
  replica = await startDeployed(cluster, 'agentgateway-system', 'portcullis', 15_121)
  await replica.ready()
})

afterAll(async () => {
  await replica?.stop()
  await Promise.all(forwards.map(one => one.close()))
  await server?.close()
  await cluster?.close()
})

/** Runs commands of the page as a shell does. */
async function shell(commands: string): Promise<string> {
  return (await promisify(execFile)('bash', ['-c', commands])).stdout
}

const CALL = `curl -s -w "\\nHTTP Status: %{http_code}\\n" http://localhost:8080/mcp \\
  -H "Content-Type: application/json" \\
  -d '{"jsonrpc":"2.0","method":"tools/list","id":1}'`

const GET_TOKEN = `TOKEN=$(curl -s http://localhost:8180/realms/agentgateway/protocol/openid-connect/token \\
  -d "client_id=mcp-agent" \\
  -d "client_secret=agent-secret-123" \\
  -d "username=agent-user" \\
  -d "password=agent-pass" \\
  -d "grant_type=password" | jq -r '.access_token')
`

test('step 1: pods, service and realm of Keycloak are there [CLUSTER-10]', async () => {
  expect(await cluster.kubectl(['-n', 'keycloak', 'get', 'pods'])).toContain('keycloak')
  expect(await cluster.kubectl(['-n', 'keycloak', 'get', 'svc', 'keycloak'])).toContain('8080')
  const realm = await shell('curl -s http://localhost:8180/realms/agentgateway | jq .realm')
  expect(realm.trim()).toBe('"agentgateway"')
})

test('step 2: a token [CLUSTER-10]', async () => {
  expect(await shell(`${GET_TOKEN}echo "Token obtained: \${TOKEN:0:30}..."`)).toMatch(/: ey/)
})

test('before step 3 anybody may call [CLUSTER-10]', async () => {
  await eventually(async () => expect(await shell(CALL)).toContain('HTTP Status: 200'))
})

test('step 3: the policy is accepted and attached [CLUSTER-10]', async () => {
  await cluster.kubectl(['apply', '-f', '-'], document('4-mcp-auth-policy.yaml'))
  const path = '{.status.ancestors[0].conditions[*].status}'
  await eventually(async () => {
    const policy = ['-n', 'agentgateway-system', 'get', 'agentgatewaypolicy', 'mcp-oauth-auth']
    expect(await cluster.kubectl([...policy, '-o', `jsonpath=${path}`])).toBe('True True')
  })
})

test('step 4: without a token 401 [CLUSTER-10]', async () => {
  await eventually(async () => expect(await shell(CALL)).toContain('HTTP Status: 401'))
})

test('step 4: with a valid token the tools [CLUSTER-10]', async () => {
  const tools = await shell(`${GET_TOKEN}curl -s http://localhost:8080/mcp \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer $TOKEN" \\
  -d '{"jsonrpc":"2.0","method":"tools/list","id":1}' | jq .`)
  expect(JSON.parse(tools)).toMatchObject({ id: 1, result: { tools: expect.any(Array) } })
})

test.each([
  ['gateway', 'agentgateway-proxy', '{.status.conditions[*].status}', 'True True'],
  ['gateway', 'agentgateway-proxy', '{.status.listeners[0].attachedRoutes}', '1'],
  ['httproute', 'mcp-route', '{.status.parents[0].conditions[*].status}', 'True True'],
  ['agentgatewaybackend', 'mcp-backend', '{.status.conditions[0].status}', 'True'],
])('the status of %s %s: %s [CLUSTER-10]', async (kind, name, path, value) => {
  await eventually(async () => {
    const get = ['-n', 'agentgateway-system', 'get', kind, name, '-o', `jsonpath=${path}`]
    expect(await cluster.kubectl(get)).toBe(value)
  })
})
