import { readFileSync } from 'node:fs'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RecordingServer } from '../fixtures/recording-server.ts'
import { connectV2, transportV2 } from '../support/client.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'
import { createPerson } from '../support/login.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

/** The walk-through of examples/mcp-authorization: route, federation, rules, limits, authentication. */
const RESOURCE = 'http://localhost:3000/mcp'
let identity: TestIdentity
let servers: readonly RecordingServer[]
let gateway: TestGateway

const tool = (name: string, readOnlyHint: boolean): string =>
  `{"name":"${name}","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":${readOnlyHint}}}`

function startServer(tools: readonly string[]): Promise<RecordingServer> {
  return startScriptedServer('{"tools":{},"prompts":{}}', {
    'tools/list': () => `{"tools":[${tools.join()}]}`,
    'prompts/list': () => '{"prompts":[{"name":"letter"}]}',
    'tools/call': (_text, { name }) =>
      `{"content":[{"type":"text","text":"${String(name)} done"}]}`,
  })
}

beforeAll(async () => {
  identity = await createTestIdentity()
  servers = await Promise.all([
    startServer([tool('greet', false), tool('search', true), tool('delete_contact', false)]),
    startServer([tool('write_report', false), tool('read_file', true)]),
  ])
  const [crm = '', files = ''] = servers.map(({ url }) => url)
  const text = readFileSync('examples/mcp-authorization/portcullis.yaml', 'utf8')
    .replace('port: 3000', 'port: 0')
    .replace(
      'issuer: http://localhost:8180/realms/agentgateway',
      `issuer: ${identity.issuer}\n      jwks: {file: "${identity.keySet}"}`,
    )
    .replace('http://localhost:8081/mcp', crm)
    .replace('http://localhost:8082/mcp', files)
  const started = Date.now()
  gateway = await startTestGateway(text, { now: () => started })
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all(servers.map(server => server.close()))
  await identity.remove()
})

const ADA = {
  sub: 'ada',
  scope: 'mcp files:write',
  groups: ['writers'],
  resource_access: {
    crm: { roles: ['tool:greet'] },
    files: { roles: ['tool:write_report'] },
  },
}
const BOB = {
  sub: 'bob',
  scope: 'mcp',
  resource_access: { files: { roles: ['tool:write_report'] } },
}
const OPS = {
  sub: 'olga',
  scope: 'mcp',
  realm_access: { roles: ['operator'] },
  resource_access: { crm: { roles: ['tool:delete_contact'] } },
}

async function connectAs(claims: Record<string, unknown>): Promise<Client> {
  const person = createPerson()
  person.saved.tokens = {
    access_token: await identity.token(RESOURCE, claims),
    token_type: 'Bearer',
  }
  return connectV2(transportV2(url(), person), { versionNegotiation: { mode: 'legacy' } })
}

/** The example names port 3000 to the world; here it listens wherever there was room. */
function url(): string {
  const [served] = gateway.served()
  return `${served?.listener}/mcp`
}

describe('the example mcp-authorization [RULE-11]', () => {
  test('authentication: 401 that leads to the metadata, which names the scope of every call', async () => {
    const answer = await post(url(), { jsonrpc: '2.0', id: 1, method: 'tools/list' })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toContain('scope="mcp"')
    const metadata = await ask(`${new URL(url()).origin}/.well-known/oauth-protected-resource/mcp`)
    expect(metadata.json()).toMatchObject({ resource: RESOURCE, scopes_supported: ['mcp'] })
  })

  test.each([
    [
      'ada',
      ADA,
      ['crm_greet', 'crm_search', 'files_write_report', 'files_read_file'],
      ['crm_letter', 'files_letter'],
    ],
    ['bob', BOB, ['crm_search', 'files_write_report', 'files_read_file'], []],
    ['olga', OPS, ['crm_search', 'crm_delete_contact', 'files_read_file'], []],
  ])(
    'federation and rules: what %s sees of both servers',
    async (_name, claims, tools, prompts) => {
      const client = await connectAs(claims)
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(tools)
      expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(prompts)
      await client.close()
    },
  )

  test('rules: what is not seen cannot be called', async () => {
    const client = await connectAs(BOB)
    await expect(client.callTool({ name: 'crm_greet' })).rejects.toThrow('Unknown tool: crm_greet')
    await expect(client.callTool({ name: 'crm_delete_contact' })).rejects.toThrow('Unknown tool')
    expect(await client.callTool({ name: 'crm_search' })).toMatchObject({
      content: [{ text: 'search done' }],
    })
    await client.close()
  })

  test('scopes: who lacks one is asked for it', async () => {
    const authorization = `Bearer ${await identity.token(RESOURCE, BOB)}`
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'files_write_report' },
    }
    const answer = await post(url(), call, { authorization })
    expect(answer.status).toBe(403)
    expect(answer.headers['www-authenticate']).toContain(
      'scope="mcp files:write", error="insufficient_scope"',
    )
  })

  test('rate limits: five reports a minute', async () => {
    const authorization = `Bearer ${await identity.token(RESOURCE, { ...ADA, sub: 'lena' })}`
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'files_write_report' },
    }
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await post(url(), call, { authorization })).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  })
})
