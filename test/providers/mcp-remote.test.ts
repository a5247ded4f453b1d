import type { Readable } from 'node:stream'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentHost, startDocumentHost } from '../authserver/document-host.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { proxyYaml, startProxy } from './gateway.ts'
import { issuerOf } from './keycloak.ts'
import { followLogin } from './keycloak-person.ts'
import { emptyHome, environmentOf } from './process.ts'
import { MCP_REMOTE, NODE_22, pathOf } from './programs.ts'

const issuer = issuerOf('mcp')
const CALL = { name: 'test_simple_text', arguments: {} }
const DOCUMENT = '/client.json'

let upstream: EverythingServer
let documents: DocumentHost

beforeAll(async () => {
  upstream = await startEverythingServer()
  documents = await startDocumentHost()
  documents.documents.set(DOCUMENT, {
    client_id: documents.origin + DOCUMENT,
    client_name: 'A bridge with a document',
    redirect_uris: ['http://localhost/oauth/callback'],
    token_endpoint_auth_method: 'none',
  })
})
afterAll(async () => {
  await upstream.close()
  await documents.close()
})

const policy = (more = ''): string =>
  `issuer: "${issuer}", audiences: [mcp_proxy], provider: {keycloak: {}}, resourceMetadata: {scopesSupported: ["read:all"]}${more}`

/** The bridge as an MCP client that only knows stdio starts it; logs in when it asks for that. */
async function connectThrough(args: readonly string[], home: string): Promise<Client> {
  const environment = Object.entries(environmentOf(home)).filter(([, value]) => value !== undefined)
  const transport = new StdioClientTransport({
    command: NODE_22,
    args: [pathOf(MCP_REMOTE), ...args],
    env: Object.fromEntries(environment) as Record<string, string>,
    stderr: 'pipe',
  })
  const client = new Client({ name: 'test', version: '1.0.0' })
  const connected = client.connect(transport)
  const login = readLogin(transport.stderr as Readable).then(url => followLogin(url))
  await Promise.all([connected, Promise.race([connected, login])])
  return client
}

/** The URL that the bridge wants to have opened. */
function readLogin(stderr: Readable): Promise<string> {
  return new Promise(found => {
    let text = ''
    stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part
      const url = /visiting:\s+(http\S+)\s/.exec(text)?.[1]
      if (url !== undefined) found(url)
    })
  })
}

describe('mcp-remote', () => {
  test.each([
    ['registers itself', [], ''],
    ['has a metadata document', ['--client-metadata-url', 'DOCUMENT'], ''],
    [
      'is registered by hand',
      ['--static-oauth-client-info', '{"client_id":"desktop"}'],
      ', clients: [{id: desktop, redirectUris: ["http://localhost/oauth/callback"]}]',
    ],
  ])('%s: login, call, refresh, call, and no login the next time', async (_what, args, more) => {
    await using gateway = await startProxy(upstream.url, policy(more), {
      authorities: documents.ca,
    })
    await using home = await emptyHome()
    const words = [
      gateway.url,
      ...args.map(word => word.replace('DOCUMENT', documents.origin + DOCUMENT)),
    ]
    const client = await connectThrough(words, home.path)
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })

    // Its token is for an audience that is not accepted any more; a new one will be.
    await gateway.reconfigure(proxyYaml(upstream.url, policy(more).replace('mcp_proxy', 'other')))
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    await client.close()

    const again = await connectThrough(words, home.path)
    expect(await again.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    await again.close()
    const logins = gateway.log.filter(line => line.includes('"path":"/mcp/authorize"'))
    expect(logins).toHaveLength(1)
  })
})
