import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { startEverythingServer } from '../fixtures/everything-server.ts'
import { program } from '../fixtures/program.ts'
import { startTestGateway } from '../support/gateway.ts'

async function connect(url: string, mode: 'legacy' | 'auto' | { pin: string }): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  return client
}

for (const mode of ['legacy', 'auto', { pin: '2026-07-28' }] as const) {
  test(`http ${JSON.stringify(mode)}`, async () => {
    const upstream = await startEverythingServer()
    await using gateway = await startTestGateway(`
binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - routes:
    - matches: [{path: {exact: /mcp}}]
      backends:
      - mcp: {targets: [{name: up, mcp: {host: "${upstream.url}"}}]}
`)
    const client = await connect(gateway.url, mode)
    const { tools } = await client.listTools()
    expect(tools.length).toBeGreaterThan(0)
    await client.close()
    await upstream.close()
  })
  test(`stdio ${JSON.stringify(mode)}`, async () => {
    const { command, args } = program('everything-server', '--stdio')
    await using gateway = await startTestGateway(`
binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - routes:
    - matches: [{path: {exact: /mcp}}]
      backends:
      - mcp: {targets: [{name: up, stdio: {cmd: "${command}", args: ${JSON.stringify(args)}}}]}
`)
    const client = await connect(gateway.url, mode)
    const { tools } = await client.listTools()
    expect(tools.length).toBeGreaterThan(0)
    await client.close()
  })
}
