import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createPerson, type Person } from '../support/login.ts'

let idp: IdentityProvider
let upstream: EverythingServer

beforeAll(async () => {
  idp = await startIdentityProvider({
    port: 0,
    log: createLog({ level: 'silent', format: 'json' }),
    resources: () => true,
  } as never)
  upstream = await startEverythingServer()
})
afterAll(async () => {
  await idp.close()
  await upstream.close()
})

const yaml = (provider: string) => `
binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - routes:
    - matches: [{path: {exact: /mcp}}]
      policies:
        mcpAuthentication:
          issuer: ${idp.issuer}
          ${provider}
          resourceMetadata: {scopesSupported: [mcp:tools]}
      backends:
      - mcp: {targets: [{name: up, mcp: {host: "${upstream.url}"}}]}
`

async function loginV2(gateway: TestGateway, person: Person, mode: unknown): Promise<Client> {
  const transport = () =>
    new StreamableHTTPClientTransport(new URL(gateway.url), { authProvider: person })
  const first = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: mode as never } },
  )
  const attempt = transport()
  await expect(first.connect(attempt)).rejects.toThrow(UnauthorizedError)
  await attempt.finishAuth(await person.answer())
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: mode as never } },
  )
  await client.connect(transport())
  return client
}

for (const provider of ['', 'provider: {oidc: {}}']) {
  describe(provider === '' ? 'resource server only' : 'authorization server proxy', () => {
    for (const mode of ['legacy', 'auto', { pin: '2026-07-28' }]) {
      test(`SDK v2 ${JSON.stringify(mode)}`, async () => {
        await using gateway = await startTestGateway(yaml(provider))
        const person = createPerson()
        try {
          const client = await loginV2(gateway, person, mode)
          const { tools } = await client.listTools()
          expect(tools.length).toBeGreaterThan(0)
          await client.close()
        } catch (error) {
          console.log(gateway.log.join(''))
          throw error
        }
      })
    }
    test('SDK v1', async () => {
      await using gateway = await startTestGateway(yaml(provider))
      const person = createPerson()
      const attempt = new TransportV1(new URL(gateway.url), { authProvider: person as never })
      await expect(
        new ClientV1({ name: 't', version: '1' }).connect(attempt as never),
      ).rejects.toThrow(UnauthorizedV1)
      await attempt.finishAuth((await person.answer()).get('code') ?? '')
      const client = new ClientV1({ name: 't', version: '1' })
      await client.connect(
        new TransportV1(new URL(gateway.url), { authProvider: person as never }) as never,
      )
      expect((await client.listTools()).tools.length).toBeGreaterThan(0)
      await client.close()
    })
  })
}
