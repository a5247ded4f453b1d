import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, fetch as fetchWith } from 'undici'
import { parse, stringify } from 'yaml'
import { createConnector, type Resolve } from '../../src/http/connect.ts'
import type { Place } from '../../src/http/spread.ts'
import {
  type Quirks,
  type QuirkyProvider,
  startQuirkyProvider,
} from '../authserver/quirky-provider.ts'
import { createAuthority } from '../http/authority.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

/** A provider as its users meet it: under its own names, with all of its quirks at once. */
export type Emulation = {
  /** Name of its profile. */
  readonly provider: string
  /** The configuration for it that users start from. */
  readonly example: string
  /** As the example names it. */
  readonly issuer: string
  /** Hosts of the provider besides that of the issuer. */
  readonly hosts?: readonly string[]
  /** A rule that is true for alice only when user id, client, roles and scopes are read from the right places. */
  readonly admits: string
  /** What is granted, as clients write it. */
  readonly scope: string
  /** Whether clients get the provider's own access token. */
  readonly token: 'own' | 'sealed'
  /** False where the provider gives no refresh token. */
  readonly refreshes?: boolean
  quirks(at: GatewayPlace): Quirks
}

export type GatewayPlace = { readonly resource: string; readonly callback: string }

export type Emulated = AsyncDisposable & {
  /** Of the MCP server, for clients. */
  readonly url: string
  readonly gateway: TestGateway
  /** Replaces what the example says below `provider` by `{custom: profile}`. */
  useProfile(profile: object): Promise<void>
  readonly provider: QuirkyProvider
  /** Of a browser that finds the provider under its names. */
  readonly fetch: typeof fetch
}

/** Starts a gateway with the example for the provider in front of `target`, and the provider. */
export async function startEmulation(emulation: Emulation, target: string): Promise<Emulated> {
  const { issuer, hosts = [] } = emulation
  const { origin, hostname, protocol, port } = new URL(issuer)
  const authority = createAuthority()
  const names = [hostname, ...hosts]
  const secure = protocol === 'https:'
  const places: Place[] = []
  const resolve: Resolve = (name, at) =>
    names.includes(name) && at === Number(port || 443) ? places : undefined
  const ca = authority.certificate
  const gateway = await startTestGateway(configuration(emulation, 'localhost', target), {
    authorities: ca,
    resolve,
  })
  // What the gateway's own URL is in is known now: the resource, and the callback that is registered at the provider.
  const host = `localhost:${gateway.served()[0]?.listener.split(':').at(-1)}`
  const quirks = emulation.quirks({
    resource: `http://${host}/mcp`,
    callback: `http://${host}/oauth/callback`,
  })
  const provider = await startQuirkyProvider(quirks, {
    origin,
    ...(secure ? { tls: authority.issue(hostname, ...hosts) } : {}),
  })
  places.push({ name: issuer, host: '127.0.0.1', port: provider.port, draining: false })
  const use = async (profile?: object): Promise<void> => {
    await gateway.reconfigure(configuration(emulation, host, target, profile))
    const [last = ''] = gateway.log.slice(-1)
    if (!last.includes('configuration reloaded')) throw new Error(last)
  }
  await use()
  const agent = new Agent({ connect: createConnector({ ca, resolve }) })
  return {
    url: `http://${host}/mcp`,
    gateway,
    provider,
    useProfile: use,
    fetch: ((url: string, init: object) =>
      fetchWith(url, { ...init, dispatcher: agent })) as unknown as typeof fetch,
    async [Symbol.asyncDispose]() {
      await gateway.stop()
      await provider.close()
      await agent.destroy()
    },
  }
}

/** The part of an example that is read or changed here. */
type Example = {
  binds: [{ port: number; listeners: [{ routes: [{ policies: Policies }] }] }]
}

type Policies = {
  mcpAuthentication: { provider: Record<string, object> }
  mcpAuthorization?: object
}

/** What the example says below `provider: {name: …}`. */
export function exampleOptions({ provider, example }: Emulation): object {
  const policies = policiesOf(parse(read(example)))
  return policies.mcpAuthentication.provider[provider] ?? {}
}

/** The example on a free port, and with a rule that looks at who calls. */
function configuration(
  { example, admits }: Emulation,
  host: string,
  target: string,
  profile?: object,
): string {
  const text = read(example)
    .replaceAll('localhost:3000', host)
    .replaceAll('http://localhost:8080/mcp', target)
  const yaml: Example = parse(text)
  yaml.binds[0].port = 0
  const policies = policiesOf(yaml)
  policies.mcpAuthorization = { rules: [admits] }
  if (profile !== undefined) policies.mcpAuthentication.provider = { custom: profile }
  return stringify(yaml)
}

function policiesOf(yaml: Example): Policies {
  return yaml.binds[0].listeners[0].routes[0].policies
}

/** The text of an example, its variables replaced by what stands for them. */
function read(example: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../examples', example), 'utf8')
  return text.replace(/\$\{\w+:-([^}]*)\}/g, '$1')
}
