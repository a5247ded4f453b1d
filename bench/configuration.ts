/** The configurations of the gateway that the rows use. */
import { audience, issuer } from './tokens.ts'
import { script, type World } from './world.ts'

type Target = { readonly name: string } & Readonly<Record<string, unknown>>

export type Features = {
  /** Left out: one JSON target. */
  readonly targets?: (world: World) => readonly Target[]
  readonly authentication?: boolean
  /** CEL rules of `mcpAuthorization`. */
  readonly rules?: readonly string[]
  readonly rateLimit?: boolean
  readonly accessLog?: boolean
  /** Routes that no request is for. */
  readonly otherRoutes?: number
  readonly relay?: boolean
  readonly maxBodyBytes?: number
}

const url = (world: World, path: string, index = 0): string =>
  `http://127.0.0.1:${world.ports[index]}${path}`

export const json = (world: World): Target[] => [{ name: 'up', mcp: { host: url(world, '/mcp') } }]
export const events = (world: World): Target[] => [
  { name: 'up', mcp: { host: url(world, '/sse') } },
]

/** Every target on an origin of its own, as servers are. */
export const federation =
  (count: number) =>
  (world: World): Target[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `t${index}`,
      mcp: { host: url(world, '/mcp', index) },
    }))

export const stdio = (): Target[] => [
  { name: 'up', stdio: { cmd: process.execPath, args: [script('upstream.js'), 'stdio'] } },
]

/** Of `count` rules all are looked at: the last one allows the call. */
export const rules = (count: number): string[] => [
  ...Array.from(
    { length: count - 1 },
    (_, index) => `mcp.tool.name == "tool${index}" && "role${index}" in jwt.realm_access.roles`,
  ),
  'mcp.tool.name == "echo" && "admin" in jwt.realm_access.roles',
]

const oneSecond = { maxTokens: 1e9, tokensPerFill: 1e9, fillInterval: '1s' }

function authentication(world: World, relay: boolean): object {
  return {
    issuer: relay ? url(world, '/issuer') : issuer,
    audiences: [audience],
    jwks: JSON.stringify(world.issuer.jwks),
    resourceMetadata: { resource: audience, scopesSupported: ['mcp:read'] },
    ...(relay ? { provider: { keycloak: {} }, clientId: 'bench' } : {}),
  }
}

/** What goes into the file; JSON is YAML. */
export function configuration(features: Features, world: World, port: number): object {
  const { targets = json, rules: allowed, rateLimit, accessLog, otherRoutes = 0 } = features
  const { relay = false, maxBodyBytes } = features
  const backends = [{ mcp: { targets: targets(world) } }]
  const policies = {
    ...(features.authentication || relay
      ? { mcpAuthentication: authentication(world, relay) }
      : {}),
    ...(allowed ? { mcpAuthorization: { rules: allowed } } : {}),
    ...(rateLimit ? { localRateLimit: [{ ...oneSecond, key: 'identity.subject' }] } : {}),
  }
  const route = (path: string): object => ({
    matches: [{ path: { exact: path } }],
    policies,
    backends,
  })
  const others = Array.from({ length: otherRoutes }, (_, index) => route(`/other/${index}/mcp`))
  return {
    config: {
      adminAddr: 'off',
      session: { key: '0b'.repeat(32) },
      logging: { level: accessLog ? 'info' : 'warn', format: 'json' },
      ...(maxBodyBytes ? { maxBodyBytes } : {}),
    },
    binds: [{ port, address: '127.0.0.1', listeners: [{ routes: [...others, route('/mcp')] }] }],
  }
}
