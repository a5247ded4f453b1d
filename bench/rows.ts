import { events, type Features, federation, json, rules, stdio } from './configuration.ts'
import { echo, get, legacy, modern } from './requests.ts'

/** What a client brings; `session` only where the row is of the legacy era. */
export type Credentials = { readonly token?: string | undefined; readonly session?: string }

export type Server =
  | { readonly kind: 'upstream' | 'yardstick' }
  /** `main` is the file to start, where it is not the build of this checkout. */
  | { readonly kind: 'gateway'; readonly features: Features; readonly main?: string }
  | { readonly kind: 'peer'; readonly url: string }

/** One line of the table: a server under test, and one kind of request that it gets. */
export type Row = {
  readonly name: string
  /** `core` rows run always, `all` rows with --all. */
  readonly group: 'core' | 'all'
  readonly server: Server
  readonly request: (credentials: Credentials) => string
  readonly era: 'legacy' | 'modern' | 'none'
  /** Looks at the JSON-RPC result of a call; left out: it has to be the echo of that very call. */
  readonly expect?: (result: Record<string, unknown>) => boolean
  /** Every call comes with a token that was never seen before. */
  readonly coldTokens?: boolean
  /** Streams of sessions that stay open and silent beside the calls. */
  readonly idleStreams?: number
  /** The row that it is compared with; left out: the yardstick with the plain call. */
  readonly against?: string
  /** Ratios to that row, by CPU. */
  readonly required?: number
  readonly goal?: number
}

export const yardstick = 'yardstick'

type Request = Row['request']

const path = '/mcp'
const call = (name?: string, more?: object) => ({ method: 'tools/call', params: echo(name, more) })
const modernCall =
  (name?: string, more?: object): Request =>
  credentials =>
    modern({ path, ...call(name, more), ...credentials })
const legacyCall: Request = credentials => legacy({ path, ...call(), ...credentials })
const list: Request = credentials => modern({ path, method: 'tools/list', ...credentials })
const listed =
  (count: number) =>
  ({ tools }: Record<string, unknown>): boolean =>
    Array.isArray(tools) && tools.length === count

const gateway = (features: Features): Server => ({ kind: 'gateway', features })
const protect = (features: Features = {}): Server => gateway({ authentication: true, ...features })

/** A payload in both directions of the yardstick and of the gateway. */
const payload = (size: string, more: object): Row[] =>
  [
    { name: `${yardstick}, ${size}`, server: { kind: 'yardstick' } as Server },
    {
      name: `${size}`,
      server: protect({ maxBodyBytes: 8_388_608 }),
      against: `${yardstick}, ${size}`,
      ...(size.startsWith('3 MB') ? { required: 0.85, goal: 0.95 } : {}),
    },
  ].map(row => ({ ...row, group: 'all', era: 'modern', request: modernCall('echo', more) }))

const text = (size: number): string => 'x'.repeat(size)

export const rows: readonly Row[] = [
  {
    name: 'upstream, direct',
    group: 'core',
    server: { kind: 'upstream' },
    era: 'modern',
    request: modernCall(),
  },
  {
    name: yardstick,
    group: 'core',
    server: { kind: 'yardstick' },
    era: 'modern',
    request: modernCall(),
  },
  {
    name: 'modern call',
    group: 'core',
    server: gateway({}),
    era: 'modern',
    request: modernCall(),
    required: 0.8,
    goal: 0.88,
  },
  {
    name: 'modern call, JWT',
    group: 'core',
    server: protect(),
    era: 'modern',
    request: modernCall(),
    required: 0.68,
    goal: 0.78,
  },
  {
    name: 'modern call, JWT, 10 rules, rate limit, access log',
    group: 'core',
    server: protect({ rules: rules(10), rateLimit: true, accessLog: true }),
    era: 'modern',
    request: modernCall(),
    required: 0.55,
    goal: 0.65,
  },
  {
    name: 'legacy session, JWT, JSON answer',
    group: 'core',
    server: protect({ targets: json }),
    era: 'legacy',
    request: legacyCall,
    required: 0.6,
    goal: 0.7,
  },
  {
    name: 'legacy session, JWT, SSE answer',
    group: 'core',
    server: protect({ targets: events }),
    era: 'legacy',
    request: legacyCall,
    required: 0.6,
    goal: 0.7,
  },
  {
    name: 'federation of 50, call',
    group: 'core',
    server: gateway({ targets: federation(50) }),
    era: 'modern',
    request: modernCall('t49_echo'),
  },
  {
    name: 'federation of 50, list',
    group: 'core',
    server: gateway({ targets: federation(50) }),
    era: 'modern',
    request: list,
    expect: listed(50),
  },
  {
    name: '1,000 routes',
    group: 'core',
    server: gateway({ otherRoutes: 999 }),
    era: 'modern',
    request: modernCall(),
  },
  {
    name: 'modern call, JWT never seen before',
    group: 'core',
    server: protect(),
    era: 'modern',
    request: modernCall(),
    coldTokens: true,
  },
  {
    name: 'access log',
    group: 'all',
    server: protect({ accessLog: true }),
    era: 'modern',
    request: modernCall(),
  },
  {
    name: '50 rules',
    group: 'all',
    server: protect({ rules: rules(50) }),
    era: 'modern',
    request: modernCall(),
  },
  {
    name: 'modern call beside 1,000 idle streams',
    group: 'all',
    server: gateway({}),
    era: 'modern',
    request: modernCall(),
    idleStreams: 1000,
  },
  ...[1, 5].flatMap((count): Row[] => [
    {
      name: `federation of ${count}, call`,
      group: 'all',
      server: gateway({ targets: federation(count) }),
      era: 'modern',
      request: modernCall(count === 1 ? 'echo' : `t${count - 1}_echo`),
    },
    {
      name: `federation of ${count}, list`,
      group: 'all',
      server: gateway({ targets: federation(count) }),
      era: 'modern',
      request: list,
      expect: listed(count),
    },
  ]),
  {
    name: 'stdio, modern call',
    group: 'all',
    server: protect({ targets: stdio }),
    era: 'modern',
    request: modernCall(),
  },
  {
    name: 'stdio, legacy session',
    group: 'all',
    server: protect({ targets: stdio }),
    era: 'legacy',
    request: legacyCall,
  },
  {
    name: 'protected resource metadata',
    group: 'all',
    server: protect(),
    era: 'none',
    request: () => get('/.well-known/oauth-protected-resource/mcp'),
  },
  {
    name: 'relay metadata',
    group: 'all',
    server: gateway({ relay: true }),
    era: 'none',
    request: () => get('/.well-known/oauth-authorization-server/mcp'),
  },
  ...payload('1 kB both ways', { pad: text(1024), fill: 1024 }),
  ...payload('100 kB both ways', { pad: text(102_400), fill: 102_400 }),
  ...payload('3 MB body', { pad: text(3 * 1024 * 1024) }),
  ...payload('3 MB result', { fill: 3 * 1024 * 1024 }),
]

/** Another gateway, started by hand in front of the same upstream. */
export const peer = (name: string, url: string): Row => ({
  name,
  group: 'core',
  server: { kind: 'peer', url },
  era: 'modern',
  request: credentials => modern({ path: new URL(url).pathname, ...call(), ...credentials }),
})

/** The row with another build of the gateway, to hold a change against what was before it. */
export const withBuild = (main: string, row: Row): Row[] =>
  row.server.kind === 'gateway'
    ? [{ ...row, name: `${row.name} [baseline]`, server: { ...row.server, main } }]
    : []
