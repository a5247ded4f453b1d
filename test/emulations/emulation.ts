import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, fetch as fetchWith } from 'undici'
import { parse, stringify } from 'yaml'
import { createConnector, type Resolve } from '../../src/http/connect.ts'
import {
  type Quirks,
  type QuirkyProvider,
  startQuirkyProvider,
} from '../authserver/quirky-provider.ts'
import { freePort } from '../examples/surroundings.ts'
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
  readonly gateway: TestGateway
  /** Replaces what the example says below `provider` by `{custom: profile}`. */
  useProfile(profile: object): Promise<void>
  readonly provider: QuirkyProvider
  /** Of a browser that finds the provider under its names. */
  readonly fetch: typeof fetch
}

/** Starts the provider, and a gateway with the example for it in front of `target`. */
export async function startEmulation(emulation: Emulation, target: string): Promise<Emulated> {
  const { issuer, hosts = [] } = emulation
  const { origin, hostname, protocol } = new URL(issuer)
  const authority = createAuthority()
  const names = [hostname, ...hosts]
  const secure = protocol === 'https:'
  const port = await freePort()
  const resource = `http://localhost:${port}/mcp`
  const quirks = emulation.quirks({ resource, callback: `http://localhost:${port}/oauth/callback` })
  const provider = await startQuirkyProvider(quirks, {
    origin,
    ...(secure ? { tls: authority.issue(hostname, ...hosts) } : {}),
  })
  const place = { name: issuer, host: '127.0.0.1', port: provider.port, draining: false }
  const named = secure ? 443 : Number(new URL(issuer).port)
  const resolve: Resolve = (name, at) =>
    names.includes(name) && at === named ? [place] : undefined
  const ca = authority.certificate
  const agent = new Agent({ connect: createConnector({ ca, resolve }) })
  const gateway = await startTestGateway(configuration(emulation, port, target), {
    authorities: ca,
    resolve,
  })
  return {
    gateway,
    provider,
    async useProfile(profile) {
      await gateway.reconfigure(configuration(emulation, port, target, profile))
      const [last = ''] = gateway.log.slice(-1)
      if (!last.includes('configuration reloaded')) throw new Error(last)
    },
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

/** The example with ports of its own, and with a rule that looks at who calls. */
function configuration(
  { example, admits }: Emulation,
  port: number,
  target: string,
  profile?: object,
): string {
  const text = read(example)
    .replaceAll('localhost:3000', `localhost:${port}`)
    .replaceAll('http://localhost:8080/mcp', target)
  const yaml: Example = parse(text)
  yaml.binds[0].port = port
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
