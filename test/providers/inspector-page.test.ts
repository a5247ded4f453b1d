import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../conformance/gateway.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { startChromium } from './chromium.ts'
import { proxyYaml, startProxy } from './gateway.ts'
import { connect, execute, logIn } from './inspector-page.ts'
import { issuerOf } from './keycloak.ts'
import { emptyHome, environmentOf, startProgram } from './process.ts'
import { INSPECTOR } from './programs.ts'

const issuer = issuerOf('mcp')

let upstream: EverythingServer
let chromium: Awaited<ReturnType<typeof startChromium>>

beforeAll(async () => {
  upstream = await startEverythingServer()
  chromium = await startChromium()
})
afterAll(async () => {
  await chromium.close()
  await upstream.close()
})

const policy = (more: string): string =>
  `issuer: "${issuer}", audiences: [mcp_proxy], provider: {keycloak: {}}, resourceMetadata: {scopesSupported: ["read:all"]}${more}`

describe('the page of the Inspector, in Chromium', () => {
  test.each([
    ['2025, consent at Keycloak', 'legacy', '', 2],
    ['2026, consent at Keycloak', 'modern', '', 2],
    ['2026, consent here and at Keycloak', 'modern', ', registration: {strategy: shared}', 3],
  ])('%s: login, call, refresh, call', async (_what, era, more, pages) => {
    await using gateway = await startProxy(upstream.url, policy(more))
    await using home = await emptyHome()
    await using inspector = startProgram(
      INSPECTOR,
      [
        ...['--web', '--transport', 'http', '--server-url', gateway.url],
        ...['--protocol-era', era],
      ],
      {
        ...environmentOf(home.path),
        CLIENT_PORT: String(await freePort()),
        MCP_SANDBOX_PORT: String(await freePort()),
        MCP_AUTO_OPEN_ENABLED: 'false',
        MCP_INSPECTOR_SECRET_STORE: 'memory',
      },
    )
    const [, address = ''] = await inspector.written(/(http:\S+API_TOKEN=\S+)/)
    const tab = await chromium.newPage()
    await tab.route('https://**', route => route.abort())
    await tab.goto(address)
    await connect(tab)
    expect(await logIn(tab, 'alice')).toBe(pages)

    await tab.getByText('Tools', { exact: true }).first().click()
    await execute(tab, 'test_simple_text')
    await gateway.logged(/"status":200,.*"name":"test_simple_text"/)
    await tab.getByText('This is a simple text response for testing.').first().waitFor()

    // Its token is for an audience that is not accepted any more; a new one will be.
    await gateway.reconfigure(proxyYaml(upstream.url, policy(more).replace('mcp_proxy', 'other')))
    await execute(tab, 'test_multiple_content_types')
    await gateway.logged(/"status":200,.*"name":"test_multiple_content_types"/)
    await tab.getByText('Multiple content types test:').first().waitFor()
    const tokens = gateway.log.filter(line => line.includes('"path":"/mcp/token","status":200'))
    expect(tokens).toHaveLength(2)
  })
})
