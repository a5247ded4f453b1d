import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DocumentHost, startDocumentHost } from '../authserver/document-host.ts'
import { freePort } from '../conformance/gateway.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import type { TestGateway } from '../support/gateway.ts'
import { proxyYaml, startProxy } from './gateway.ts'
import { issuerOf } from './keycloak.ts'
import { followLogin } from './keycloak-person.ts'
import { type Ended, emptyHome, environmentOf, startProgram } from './process.ts'
import { INSPECTOR } from './programs.ts'

const issuer = issuerOf('mcp')
const DOCUMENT = '/client.json'
const CALL = ['--method', 'tools/call', '--tool-name', 'test_simple_text', '--format', 'json']

let upstream: EverythingServer
let documents: DocumentHost
let home: Awaited<ReturnType<typeof emptyHome>>

beforeAll(async () => {
  upstream = await startEverythingServer()
  documents = await startDocumentHost()
  documents.documents.set(DOCUMENT, {
    client_id: documents.origin + DOCUMENT,
    client_name: 'An Inspector with a document',
    redirect_uris: ['http://127.0.0.1/oauth/callback'],
    token_endpoint_auth_method: 'none',
  })
})
beforeEach(async () => {
  home = await emptyHome()
  return () => home[Symbol.asyncDispose]()
})
afterAll(async () => {
  await upstream.close()
  await documents.close()
})

const policy = (more = ''): string =>
  `issuer: "${issuer}", audiences: [mcp_proxy], provider: {keycloak: {}}, resourceMetadata: {scopesSupported: ["read:all"]}${more}`

/** Runs the program until its end; follows the URL that it asks the user to open, if it does. */
async function inspect(
  gateway: TestGateway,
  args: readonly string[],
  login: boolean,
): Promise<Ended> {
  const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`
  const environment = {
    ...environmentOf(home.path),
    // It opens a browser without a terminal only when it is told to.
    MCP_AUTO_OPEN_ENABLED: 'true',
    MCP_INSPECTOR_SECRET_STORE: 'file',
  }
  await using program = startProgram(
    INSPECTOR,
    [
      ...['--cli', '--transport', 'http', '--server-url', gateway.url],
      ...['--callback-url', callback, '--connect-timeout', '60000', ...CALL, ...args],
    ],
    environment,
  )
  if (login) {
    const [, url = ''] = await program.written(/navigate to: (\S+)/)
    await followLogin(url)
  }
  return await program.ended
}

const RESULT = expect.objectContaining({ content: [expect.objectContaining({ type: 'text' })] })

function expectResult({ code, stdout, stderr }: Ended): void {
  expect(stderr).not.toContain('"error"')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual(expect.objectContaining({ result: RESULT }))
}

describe('the command line of the Inspector', () => {
  test.each([
    ['registers itself, 2025', ['--protocol-era', 'legacy'], ''],
    ['registers itself, 2026', ['--protocol-era', 'modern'], ''],
    ['registers itself, finds out which', ['--protocol-era', 'auto'], ''],
    [
      'is registered by hand',
      ['--client-id', 'desktop', '--client-secret', 's3cret'],
      ', clients: [{id: desktop, secret: s3cret, redirectUris: ["http://127.0.0.1/oauth/callback"]}]',
    ],
    ['has a metadata document', ['--client-metadata-url', 'DOCUMENT'], ''],
  ])('%s: login and call', async (_what, args, more) => {
    await using gateway = await startProxy(upstream.url, policy(more), {
      authorities: documents.ca,
    })
    const own = args.map(word => word.replace('DOCUMENT', documents.origin + DOCUMENT))
    expectResult(await inspect(gateway, own, true))
  })

  test('keeps its login, and refreshes it', async () => {
    await using gateway = await startProxy(upstream.url, policy())
    expectResult(await inspect(gateway, [], true))
    expectResult(await inspect(gateway, ['--stored-auth-only'], false))
    // Its token is for an audience that is not accepted any more; a new one will be.
    await gateway.reconfigure(proxyYaml(upstream.url, policy().replace('mcp_proxy', 'other')))
    const before = gateway.log.length
    expectResult(await inspect(gateway, ['--use-stored-auth'], false))
    expect(gateway.log.slice(before).join('')).toContain('"path":"/mcp/token","status":200')
  })
})
