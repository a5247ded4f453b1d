import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'

const INFO = { name: 'test', version: '1' }
const CAPABILITIES = {
  elicitation: { form: {}, url: {} },
  sampling: {},
  roots: { listChanged: true },
}

export type Mode = 'legacy' | 'auto' | { pin: string }
export const MODERN: Mode = { pin: '2026-07-28' }

/** A client of the second SDK, connected; `fetch` lets tests see or change its requests. */
export async function connectV2(
  url: string,
  mode: Mode = 'auto',
  fetch?: typeof globalThis.fetch,
): Promise<ClientV2> {
  const client = new ClientV2(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode } })
  await client.connect(new TransportV2(new URL(url), fetch === undefined ? {} : { fetch }))
  return client
}

/** A client of the first SDK, connected, and its transport. */
export async function connectV1(
  url: string,
  options: {
    capabilities?: object
    headers?: Record<string, string>
    prepare?: (client: ClientV1) => void
  } = {},
): Promise<{ client: ClientV1; transport: TransportV1 }> {
  const client = new ClientV1(INFO, { capabilities: options.capabilities ?? CAPABILITIES })
  options.prepare?.(client)
  const transport = new TransportV1(new URL(url), {
    requestInit: { headers: options.headers ?? {} },
  })
  await client.connect(transport as Transport)
  return { client, transport }
}

/** Names, in the order in which a list brought them. */
export function names(items: readonly { name: string }[]): string[] {
  return items.map(({ name }) => name)
}
