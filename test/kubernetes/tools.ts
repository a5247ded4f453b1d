import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { type Answer, post } from '../support/http.ts'
import { ADDRESS, type TestCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { forward } from './forward.ts'
import { document } from './world.ts'

/** An MCP server in the cluster: a Gateway `edge` on port 8090, a Service `tools`, and routes to it. */
export type Tools = {
  readonly server: LegacyHttpServer
  /** A new route; settles when all of these addresses serve it. */
  expectNewRoute(addresses: readonly string[]): Promise<void>
  close(): Promise<void>
}

export const PORT = 8090

export async function startTools(cluster: TestCluster): Promise<Tools> {
  const server = await startLegacyHttpServer()
  const target = { host: '127.0.0.1', port: Number(new URL(server.url).port) }
  const mcp = await forward({ host: ADDRESS, port: 0 }, target)
  await cluster.apply(document('tools.yaml', { ADDRESS, MCP_PORT: mcp.port }))
  return {
    server,
    async expectNewRoute(addresses) {
      const name = `r${randomUUID().slice(0, 8)}`
      await cluster.apply(document('tools-route.yaml', { NAME: name }))
      for (const address of addresses) {
        await eventually(async () => expect(await statusOf(address, `/${name}`)).toBe(200))
      }
    },
    async close() {
      await mcp.close()
      await server.close()
    },
  }
}

export function call(
  address: string,
  path: string,
  method: string,
  params?: object,
  session?: string,
): Promise<Answer> {
  return post(
    `http://${address}:${PORT}${path}`,
    { jsonrpc: '2.0', id: 1, method, params },
    {
      // On loopback other names are refused (DNS rebinding).
      host: `localhost:${PORT}`,
      ...(session === undefined
        ? {}
        : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
    },
  )
}

export async function statusOf(address: string, path: string): Promise<number> {
  return (await call(address, path, 'ping')).status
}

/** Opens a session at one replica. */
export async function openSession(address: string): Promise<string> {
  const { headers } = await call(address, '/mcp', 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'a', version: '1' },
  })
  return String(headers['mcp-session-id'])
}

/** The status of a call in a session. */
export async function inSession(address: string, session: string): Promise<number> {
  return (await call(address, '/mcp', 'tools/list', {}, session)).status
}
