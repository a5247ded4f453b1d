import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { freePort } from '../conformance/gateway.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { ask } from '../support/http.ts'
import { createPerson } from '../support/login.ts'
import { type Ended, emptyHome, environmentOf, startProgram } from './process.ts'
import { INSPECTOR } from './programs.ts'

/** What docs/authorization.md says of the Inspector, seen in runs. */
let provider: IdentityProvider
let upstream: EverythingServer

beforeAll(async () => {
  provider = await startIdentityProvider({
    port: 0,
    log: createLog({ level: 'silent', format: 'json' }),
    scopes: ['files:read', 'files:write'],
  })
  upstream = await startEverythingServer()
})
afterAll(async () => {
  await provider.close()
  await upstream.close()
})

/** A login, then a call that needs `files:write`. */
async function call(era: string, metadata: string): Promise<Ended> {
  await using gateway = await startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {issuer: "${provider.issuer}", provider: {oidc: {}}${metadata}}, mcpAuthorization: {requiredScopes: [{scopes: [files:read]}, {tools: [test_simple_text], scopes: [files:write]}]}}`,
        backend: httpTarget(upstream.url),
      },
    ]),
  )
  await using home = await emptyHome()
  const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`
  await using program = startProgram(
    INSPECTOR,
    [
      ...['--cli', '--transport', 'http', '--server-url', gateway.url, '--callback-url', callback],
      ...['--connect-timeout', '60000', '--protocol-era', era, '--format', 'json'],
      ...['--method', 'tools/call', '--tool-name', 'test_simple_text'],
    ],
    {
      ...environmentOf(home.path),
      MCP_AUTO_OPEN_ENABLED: 'true',
      MCP_INSPECTOR_SECRET_STORE: 'file',
    },
  )
  const [, url = ''] = await program.written(/navigate to: (\S+)/)
  const person = createPerson({ redirectUri: callback })
  person.authorizationUrls.push(new URL(url))
  await ask(`${callback}?${await person.answer()}`)
  return await program.ended
}

const ERAS = ['legacy', 'modern']

test.each(ERAS)('%s: after a 403 the Inspector refreshes, and gives up', async era => {
  const { code, stderr } = await call(era, '')
  expect(code).toBe(1)
  expect(stderr).toContain('auth() returned AUTHORIZED without authorization code')
})

test.each(ERAS)('%s: it asks for scopes that the metadata names at its first login', async era => {
  const named = ', resourceMetadata: {scopesSupported: [files:read, files:write]}'
  const { code, stdout } = await call(era, named)
  expect(JSON.parse(stdout)).toMatchObject({ result: { content: [{ type: 'text' }] } })
  expect(code).toBe(0)
})
