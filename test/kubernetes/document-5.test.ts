import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { startChromium } from '../providers/chromium.ts'
import { logIn } from '../providers/inspector-page.ts'
import { administer, passwordToken } from '../providers/keycloak.ts'
import { emptyHome, environmentOf, startProgram } from '../providers/process.ts'
import { INSPECTOR_BEFORE_2 } from '../providers/programs.ts'
import { ADDRESS, type TestCluster } from './cluster.ts'
import { startDeployed } from './deployed.ts'
import { eventually } from './eventually.ts'
import { type Forward, forward } from './forward.ts'
import { addAudience, setFrontendUrl } from './keycloak-realm.ts'
import { PROGRAM, type Replica } from './replica.ts'
import { document, startWorld } from './world.ts'

const ISSUER = 'http://keycloak.127-0-0-1.sslip.io:8002/realms/mcp'
const MCP = 'http://mcp.127-0-0-1.sslip.io:8001'

let cluster: TestCluster
let server: LegacyHttpServer
let replica: Replica
let home: string
const forwards: Forward[] = []

beforeAll(async () => {
  cluster = await startWorld()
  server = await startLegacyHttpServer()
  const keycloak = new URL(inject('keycloak'))
  await prepareRealm()
  const any = { host: ADDRESS, port: 0 }
  const mcp = await forward(any, { host: '127.0.0.1', port: Number(new URL(server.url).port) })
  const idp = await forward(any, { host: '127.0.0.1', port: Number(keycloak.port) })
  forwards.push(mcp, idp)
  await cluster.kubectl(['create', 'namespace', 'keycloak'])
  await cluster.apply(
    document('5-assumed.yaml', { ADDRESS, MCP_PORT: mcp.port, KEYCLOAK_PORT: idp.port }),
  )
  const { stdout: manifests } = await promisify(execFile)(process.execPath, [
    ...[PROGRAM, 'kubernetes', '--print-manifests', '--name', 'mcp-broker-router'],
    ...['--install-namespace', 'mcp-system', '--gateway-class', 'istio'],
  ])
  await cluster.apply(manifests)
  // No name service of the internet: the names of sslip.io are addresses.
  home = mkdtempSync(join(tmpdir(), 'portcullis-curl-'))
  writeFileSync(
    join(home, '.curlrc'),
    'resolve = "mcp.127-0-0-1.sslip.io:8001:127.0.0.1"\nresolve = "keycloak.127-0-0-1.sslip.io:8002:127.0.0.1"\n',
  )
})

afterAll(async () => {
  await replica?.stop()
  await Promise.all(forwards.map(one => one.close()))
  await server?.close()
  await cluster?.close()
})

/** The realm of the document under its name, whose tokens are for the MCP gateway. */
async function prepareRealm(): Promise<void> {
  const realms = (await administer('GET', '')) as readonly { readonly realm: string }[]
  if (realms.some(({ realm }) => realm === 'mcp-gateway')) {
    await administer('DELETE', '/mcp')
    const before = (await administer('GET', '/mcp-gateway')) as object
    await administer('PUT', '/mcp-gateway', { ...before, realm: 'mcp' })
    await addAudience('mcp', `${MCP}/mcp`)
    await administer('POST', '/mcp/clients', {
      clientId: 'curl',
      publicClient: true,
      directAccessGrantsEnabled: true,
    })
  }
  await setFrontendUrl('mcp', 'http://keycloak.127-0-0-1.sslip.io:8002')
}

async function shell(commands: string): Promise<string> {
  const env = { ...process.env, CURL_HOME: home }
  return (await promisify(execFile)('bash', ['-c', commands], { env })).stdout
}

const ADD_LISTENER = `[
{
"op": "add",
"path": "/spec/listeners/-",
"value": {
"name": "keycloak",
"hostname": "keycloak.127-0-0-1.sslip.io",
"port": 8002,
"protocol": "HTTP",
"allowedRoutes": {
"namespaces": {
"from": "Selector",
"selector": {
"matchLabels": {
"kubernetes.io/metadata.name": "keycloak"
}
}
}
}
}
}
]`

test('step 1: KC_HOSTNAME is removed, a listener for Keycloak is added [CLUSTER-11]', async () => {
  const unset = ['set', 'env', 'deployment/keycloak', '-n', 'keycloak', 'KC_HOSTNAME-']
  expect(await cluster.kubectl(unset)).toContain('env updated')
  const patch = ['patch', 'gateway', 'mcp-gateway', '-n', 'gateway-system', '--type', 'json']
  expect(await cluster.kubectl([...patch, '-p', ADD_LISTENER])).toContain('patched')
})

test('step 2: the environment of the deployment becomes that of the replicas [MANIFEST-5] [CLUSTER-11]', async () => {
  await cluster.kubectl([
    'set',
    'env',
    'deployment/mcp-broker-router',
    'OAUTH_RESOURCE_NAME=MCP Server',
    'OAUTH_RESOURCE=http://mcp.127-0-0-1.sslip.io:8001/mcp',
    'OAUTH_AUTHORIZATION_SERVERS=http://keycloak.127-0-0-1.sslip.io:8002/realms/mcp',
    'OAUTH_BEARER_METHODS_SUPPORTED=header',
    'OAUTH_SCOPES_SUPPORTED=basic,groups,roles,profile',
    '-n',
    'mcp-system',
  ])
  replica = await startDeployed(cluster, 'mcp-system', 'mcp-broker-router', 15_122)
  await replica.ready()
})

test('step 3: the address of the Gateway is that of the Service, whose ports are those of the listeners [CLUSTER-11] [CLUSTER-12]', async () => {
  const service = ['-n', 'mcp-system', 'get', 'service', 'mcp-broker-router', '-o']
  await eventually(async () => {
    const ports = await cluster.kubectl([...service, 'jsonpath={.spec.ports[*].port}'])
    expect(ports).toBe('8001 8002')
  })
  // What a load balancer of the cloud does.
  const balanced = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } } }
  await cluster.kubectl([
    ...['-n', 'mcp-system', 'patch', 'service', 'mcp-broker-router', '--subresource=status'],
    ...['--type=merge', '-p', JSON.stringify(balanced)],
  ])
  await eventually(async () => {
    const path = "jsonpath='{.status.addresses[0].value}'"
    const get = ['get', 'gateway/mcp-gateway', '-n', 'gateway-system', '-o', path]
    expect(await cluster.kubectl(get)).toBe("'192.0.2.7'")
  })
})

test('step 3: the policy is accepted and in force [CLUSTER-11]', async () => {
  await cluster.kubectl(['apply', '-f', '-'], document('5-auth-policy.yaml'))
  const get = ['-n', 'gateway-system', 'get', 'authpolicy', 'mcp-auth-policy', '-o']
  await eventually(async () => {
    const path = 'jsonpath={.status.conditions[*].status}'
    expect(await cluster.kubectl([...get, path])).toBe('True True')
  })
})

test('step 4: the metadata of the protected resource [CLUSTER-11]', async () => {
  await eventually(async () => {
    const text = await shell(`curl -s ${MCP}/.well-known/oauth-protected-resource`)
    expect(JSON.parse(text)).toMatchObject({
      resource_name: 'MCP Server',
      resource: `${MCP}/mcp`,
      authorization_servers: [ISSUER],
      bearer_methods_supported: ['header'],
      scopes_supported: ['basic', 'groups', 'roles', 'profile'],
    })
  })
})

const CALL = `curl -v ${MCP}/mcp \\
-H "Content-Type: application/json" \\
-d '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'`

test('step 4: 401 with a challenge that leads to the metadata [CLUSTER-11]', async () => {
  const text = await shell(`${CALL} 2>&1`)
  expect(text).toContain('401 Unauthorized')
  expect(text).toMatch(
    /www-authenticate: Bearer .*resource_metadata="http:\/\/mcp\.127-0-0-1\.sslip\.io:8001\/\.well-known\/oauth-protected-resource\/mcp"/i,
  )
})

test.each(['/mcp/.well-known', '/mcp?x=/.well-known', '/mcp/%2e%2e/mcp/.well-known'])(
  'what `when` exempts does not reach the server: %s [CLUSTER-11]',
  async path => {
    const text = await shell(
      CALL.replace('/mcp \\', `${path} \\`).replace('-v', '-s -o /dev/null -w "%{http_code}"'),
    )
    expect(['401', '404', '400']).toContain(text)
  },
)

test('step 5: with a token the tools of the registered server, under its prefix [CLUSTER-11]', async () => {
  const token = await passwordToken(`${inject('keycloak')}/realms/mcp`, {
    client_id: 'curl',
    username: 'mcp',
    password: 'mcp',
  })
  const text = await shell(
    `${CALL.replace('-v', '-s')} -H "Authorization: Bearer ${token}" -H "Accept: application/json, text/event-stream"`,
  )
  expect(text).toContain('test1_')
})

test('step 5: login with the page of the Inspector in a browser, as mcp with password mcp [CLUSTER-11]', async () => {
  await using folder = await emptyHome()
  await using inspector = startProgram(INSPECTOR_BEFORE_2, [], {
    ...environmentOf(folder.path),
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'names.js')}`,
    MCP_AUTO_OPEN_ENABLED: 'false',
  })
  const [, address = ''] = await inspector.written(/(http:\S+MCP_PROXY_AUTH_TOKEN=\S+)/)
  const chromium = await startChromium('--host-resolver-rules=MAP *.sslip.io 127.0.0.1')
  try {
    const tab = await chromium.newPage()
    await tab.goto(`${address}&transport=streamable-http&serverUrl=${MCP}/mcp`)
    await tab.getByRole('button', { name: 'Connect', exact: true }).click()
    expect(await logIn(tab, 'mcp')).toBeGreaterThan(0)
    await tab.getByRole('tab', { name: 'Tools' }).click()
    await tab.getByRole('button', { name: 'List Tools' }).click()
    await tab.getByText('test1_fail', { exact: true }).first().click()
    await tab.getByRole('button', { name: 'Run Tool' }).click()
    await tab.getByText('This tool fails.').first().waitFor()
    await replica.logged(/"status":200,.*"name":"test1_fail"/)
  } finally {
    await chromium.close()
  }
})

test('there is no side door to the registered server [CLUSTER-11]', async () => {
  const headers = { host: 'server1.mcp.local:8001' }
  const status = await new Promise(resolve => {
    get({ host: '127.0.0.1', port: 8001, path: '/mcp', headers }, answer => {
      answer.resume()
      resolve(answer.statusCode)
    })
  })
  expect(status).toBe(503)
})

test.each([
  ['mcpserverregistration', 'mcp-test', 'test-server1'],
  ['mcpgatewayextension', 'mcp-system', 'mcp-gateway-extension'],
])('%s is ready [CLUSTER-11]', async (kind, namespace, name) => {
  await eventually(async () => {
    const path = 'jsonpath={.status.conditions[0].status}'
    expect(await cluster.kubectl(['-n', namespace, 'get', kind, name, '-o', path])).toBe('True')
  })
})
