import type { Secret } from './secret.ts'

/** What serves a route. */
export type Backend = McpBackend | HttpBackend | RedirectBackend | RefusingBackend

/** One or more MCP servers behind one endpoint. */
export type McpBackend = {
  readonly kind: 'mcp'
  readonly targets: readonly Target[]
  readonly prefixMode: 'always' | 'conditional' | 'never'
  readonly failureMode: 'failClosed' | 'failOpen'
  readonly stateful: boolean
  /** Whether callers without identity meet in one upstream session; else each has its own. */
  readonly anonymousSessions: 'separate' | 'shared'
}

/** Any HTTP service behind the same listener and policies. */
export type HttpBackend = {
  readonly kind: 'http'
  readonly hosts: readonly HttpHost[]
  /** What it gets as Host: its own name, what the client sent, or that with these changes. */
  readonly host: 'own' | 'client' | AuthorityRewrite
  /** Undefined: the path of the request. */
  readonly path: PathRewrite | undefined
}

export type HttpHost = {
  readonly origin: string
  /** Its share among the hosts; 0 gets nothing. */
  readonly weight: number
  readonly auth: BackendAuth
  readonly tls: UpstreamTls | undefined
  /** Those of route and backend together, as below. */
  readonly requestHeaders: HeaderModifier | undefined
  readonly responseHeaders: HeaderModifier | undefined
}

export type PathRewrite =
  | { readonly kind: 'full'; readonly value: string }
  /** Whole segments at the beginning; `prefix` is what the route was matched by. */
  | { readonly kind: 'prefix'; readonly prefix: string; readonly value: string }

/** What is undefined stays. */
export type AuthorityRewrite = {
  readonly host: string | undefined
  readonly port: number | 'none' | undefined
}

/** Sends the client elsewhere (RFC 9110 §15.4). What is undefined is as in the request. */
export type RedirectBackend = {
  readonly kind: 'redirect'
  readonly scheme: 'http' | 'https' | undefined
  readonly authority: AuthorityRewrite | undefined
  readonly path: PathRewrite | undefined
  readonly status: 301 | 302 | 303 | 307 | 308
}

/** Nothing is there to serve the route, or nobody may see it as long as its protection is not known. */
export type RefusingBackend = {
  readonly kind: 'refusing'
  /** no_backend: 500; not_protected: 503. */
  readonly failure: 'no_backend' | 'not_protected'
  /** One sentence without secrets and inner names: clients read it. */
  readonly detail: string
}

export type Target = {
  readonly name: string
  readonly transport: HttpTransport | SseTransport | StdioTransport
  readonly auth: BackendAuth
  readonly tls: UpstreamTls | undefined
  readonly requestHeaders: HeaderModifier | undefined
  /** Undefined: all its tools are offered. */
  readonly tools: ToolSelection | undefined
}

/** Which tools of a target are offered, by the names that it gives them. */
export type ToolSelection = {
  /** Undefined: all. */
  readonly include: readonly ToolPattern[] | undefined
  /** Goes before `include`. */
  readonly exclude: readonly ToolPattern[]
}

export type ToolPattern =
  | { readonly kind: 'name'; readonly value: string }
  /** RE2 syntax, has to match the whole name. */
  | { readonly kind: 'regex'; readonly value: string }

export type HttpTransport = { readonly kind: 'http'; readonly url: string }
export type SseTransport = { readonly kind: 'sse'; readonly url: string }
export type StdioTransport = {
  readonly kind: 'stdio'
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** True: the child sees only `env`; false: the environment of the gateway as well. */
  readonly clearEnv: boolean
}

/** How a backend is met over TLS; without this, in the usual way where its URL is https. */
export type UpstreamTls = {
  /** PEM, shown to the backend. */
  readonly certificate: string | undefined
  readonly key: Secret | undefined
  /** PEM; undefined: those of the system. */
  readonly authorities: string | undefined
  /** Name to ask for and to check; undefined: the host. */
  readonly servername: string | undefined
  /** chain: a certificate for any name is fine; nothing: any certificate is. */
  readonly verify: 'all' | 'chain' | 'nothing'
  /** Any of these has to be in the certificate, in place of the name; empty: the name. */
  readonly subjectAltNames: readonly string[]
}

/** What credential a target or service sees. The client's own never, unless `passthrough` says so. */
export type BackendAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'passthrough' }
  | { readonly kind: 'key'; readonly header: string; readonly prefix: string; readonly key: Secret }

export type HeaderModifier = {
  readonly add: readonly (readonly [string, string])[]
  readonly set: readonly (readonly [string, string])[]
  /** Lower case. */
  readonly remove: readonly string[]
}
