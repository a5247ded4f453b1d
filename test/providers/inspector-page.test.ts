import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../conformance/gateway.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { startChromium, type Tab } from './chromium.ts'
import { proxyYaml, startProxy } from './gateway.ts'
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

type Step = { readonly selector: string; take(tab: Tab): Promise<void> }

/** The pages between the Inspector's and itself: the gateway's consent page, Keycloak's login and its consent page. */
const steps: readonly Step[] = [
  {
    selector: 'button[name=decision][value=allow]',
    take: tab => tab.locator('button[name=decision][value=allow]').click(),
  },
  {
    selector: 'input[name=password]',
    async take(tab) {
      await tab.locator('input[name=username]').fill('alice')
      await tab.locator('input[name=password]').fill('alice')
      await tab.locator('[type=submit]').click()
    },
  },
  { selector: '[name=accept]', take: tab => tab.locator('[name=accept]').click() },
]
const CONNECTED = ':text-is("Connected")'
const ANY = [...steps.map(({ selector }) => selector), CONNECTED].join(', ')

/** Answers page after page until the Inspector is connected; says how many there were. */
async function logIn(tab: Tab): Promise<number> {
  for (let count = 0; count < 10; count++) {
    await tab.locator(ANY).first().waitFor()
    if (await tab.locator(CONNECTED).isVisible()) return count
    for (const { selector, take } of steps) {
      if (!(await tab.locator(selector).first().isVisible())) continue
      await take(tab)
      break
    }
  }
  throw new Error('the login does not end')
}

async function execute(tab: Tab, tool: string): Promise<void> {
  await tab.getByText(tool, { exact: true }).first().click()
  await tab.getByRole('button', { name: 'Execute Tool' }).click()
}

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
    // The switch that people see is drawn over this one, which has no size of its own.
    await tab.getByRole('switch', { name: 'Connect or disconnect' }).dispatchEvent('click')
    expect(await logIn(tab)).toBe(pages)

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
