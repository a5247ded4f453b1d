import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import {
  type OAuthClientProvider as ProviderV1,
  UnauthorizedError as UnauthorizedV1,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport as AnyTransportV1 } from '@modelcontextprotocol/sdk/shared/transport.js'
import { expect } from 'vitest'
import type { Person } from './login.ts'

/** The official clients, by generation of the SDK and what they negotiate. */
export type Kind = 'v1' | 'v2 legacy' | 'v2 auto' | 'v2 modern'

export const KINDS: readonly Kind[] = ['v1', 'v2 legacy', 'v2 auto', 'v2 modern']

const MODES = {
  'v2 legacy': 'legacy',
  'v2 auto': 'auto',
  'v2 modern': { pin: '2026-07-28' },
} as const

/** What both generations can do. */
export type McpClient = Pick<Client, 'close'> & {
  callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>
}

const INFO = { name: 'test', version: '1.0.0' }

/** Connects with what the person has; throws the SDK's UnauthorizedError when a login is needed. */
export function connect(kind: Kind, url: string, person?: Person): Promise<McpClient> {
  if (kind === 'v1') return connectV1(transportV1(url, person))
  return connectV2(transportV2(url, person), { versionNegotiation: { mode: MODES[kind] } })
}

export async function connectV1(
  transport: TransportV1,
  options: ConstructorParameters<typeof ClientV1>[1] = {},
): Promise<ClientV1> {
  const client = new ClientV1(INFO, options)
  // The types of the first SDK do not say that its optional members may be undefined.
  await client.connect(transport as AnyTransportV1)
  return client
}

export async function connectV2(
  transport: StreamableHTTPClientTransport,
  options: ClientOptions = {},
): Promise<Client> {
  const client = new Client(INFO, options)
  await client.connect(transport)
  return client
}

export function transportV1(url: string, person?: Person): TransportV1 {
  const options = person === undefined ? {} : { authProvider: person as ProviderV1 }
  return new TransportV1(new URL(url), options)
}

export function transportV2(url: string, person?: Person): StreamableHTTPClientTransport {
  const options = person === undefined ? {} : { authProvider: person }
  return new StreamableHTTPClientTransport(new URL(url), options)
}

/** Goes through the whole login: refusal, discovery, registration, browser, code, token. */
export async function logInAndConnect(kind: Kind, url: string, person: Person): Promise<McpClient> {
  if (kind === 'v1') {
    const attempt = transportV1(url, person)
    await expect(connectV1(attempt)).rejects.toThrow(UnauthorizedV1)
    await attempt.finishAuth((await person.answer()).get('code') ?? '')
  } else {
    const attempt = transportV2(url, person)
    const mode = MODES[kind]
    await expect(connectV2(attempt, { versionNegotiation: { mode } })).rejects.toThrow(
      UnauthorizedError,
    )
    await attempt.finishAuth(await person.answer())
  }
  return connect(kind, url, person)
}
