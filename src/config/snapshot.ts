import type { ProviderProfile } from '../providers/profile.ts'
import type { Origin } from './diagnostic.ts'
import type { Secret } from './secret.ts'
import type { Backend, HeaderModifier } from './snapshot-backend.ts'

export type * from './snapshot-backend.ts'

/**
 * The compiled configuration: everything that the gateway needs to know, nothing that it needs to
 * do. Plain frozen data, so two snapshots can be compared piece by piece, and a live handle is kept
 * over a reload when the piece that it was made from has not changed. All URLs are absolute and
 * normalised, all durations are milliseconds, all sizes bytes.
 */
export type Snapshot = {
  readonly settings: Settings
  readonly binds: readonly Bind[]
}

/** What holds for the whole process. */
export type Settings = {
  /** Listeners for health and metrics; empty when switched off. */
  readonly admin: readonly Address[]
  /** True when the operator named the admin address, so that failing to bind it is an error. */
  readonly adminRequired: boolean
  /** Sealing keys, 32 bytes in hex each; the first seals, all open. Empty: made and kept by the process. */
  readonly sessionKeys: readonly Secret[]
  /** A session that was not used for so long is over. */
  readonly sessionIdleMs: number
  /** A session is over after so long whatever happens. */
  readonly sessionMaxMs: number
  /** CIDR blocks of the proxies whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[]
  /** How long running calls may go on after SIGTERM. */
  readonly drainMs: number
  readonly logLevel: LogLevel
  readonly logFormat: 'text' | 'json' | 'auto'
  /** Largest request body that the gateway reads into memory. */
  readonly maxBodyBytes: number
  /** Bad tokens that one address may send in a minute; 0: any number. */
  readonly failedAuthenticationsPerMinute: number
  /** Where limits are counted for all replicas together; undefined: each counts for itself. */
  readonly store: Store | undefined
}

/** A server that speaks the protocol of Redis. */
export type Store = {
  /** With user name and password, if there are any. */
  readonly url: Secret
  /** local: each replica counts for itself until the store is back. deny: nobody passes a limit. */
  readonly onFailure: 'local' | 'deny'
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

export type Address = { readonly host: string; readonly port: number }

/** One TCP port. */
export type Bind = {
  readonly port: number
  /** Undefined: all interfaces. */
  readonly address: string | undefined
  readonly listeners: readonly Listener[]
}

export type Listener = {
  readonly name: string
  readonly origin: Origin
  /** `gw.example`, `*.example` or undefined for every host. Lower case. */
  readonly hostname: string | undefined
  /** Present on HTTPS listeners. All listeners of one bind have it, or none has. */
  readonly tls: Tls | undefined
  /** Host names that requests must carry on loopback binds, against DNS rebinding; undefined: any. */
  readonly allowedHosts: readonly string[] | undefined
  readonly routes: readonly Route[]
}

export type Tls = {
  /** PEM, leaf first. */
  readonly certificate: string
  readonly key: Secret
  /** PEM of the authorities that client certificates must chain to; undefined: none is asked for. */
  readonly clientAuthorities: string | undefined
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
}

export type Route = {
  /** Unique in the snapshot and stable over reloads: label of metrics and logs, key of handles. */
  readonly id: string
  readonly origin: Origin
  /** Lower case; empty: every host of the listener. */
  readonly hostnames: readonly string[]
  /** Never empty. */
  readonly matches: readonly Match[]
  /** The path that stands for the route in URLs: of its first exact or prefix match, else `/`. */
  readonly path: string
  /**
   * Origins (`https://gw.example`) under which clients know the route; never empty. Where there are
   * several, the Host header picks one of them and can pick nothing else.
   */
  readonly publicOrigins: readonly string[]
  readonly cors: Cors | undefined
  readonly authentication: Authentication | undefined
  readonly refusals: Refusals | undefined
  /** HTTP-level rules, of listener, route and backend together; empty: everybody may. */
  readonly authorization: readonly Rule[]
  /** Undefined: every call of everybody who is let in may pass. */
  readonly mcpAuthorization: McpAuthorization | undefined
  readonly rateLimits: readonly RateLimit[]
  /** Of the answers of MCP targets; HTTP hosts have their own. */
  readonly responseHeaders: HeaderModifier | undefined
  /** Time to the first byte of the answer (and to its end when it is no event stream). */
  readonly timeoutMs: number | undefined
  readonly backend: Backend
}

/** Conditions of one match hold together; the matches of a route are alternatives. */
export type Match = {
  readonly path:
    | { readonly kind: 'exact'; readonly value: string }
    /** Whole segments: `/mcp` matches `/mcp`, `/mcp/` and `/mcp/x`, not `/mcpx`. */
    | { readonly kind: 'prefix'; readonly value: string }
    /** RE2 syntax, has to match the whole path. */
    | { readonly kind: 'regex'; readonly value: string }
  readonly method: string | undefined
  readonly headers: readonly ValueMatch[]
  readonly query: readonly ValueMatch[]
}

export type ValueMatch = {
  /** Header names are lower case. */
  readonly name: string
  readonly kind: 'exact' | 'regex'
  readonly value: string
}

export type Cors = {
  /** Origins as browsers write them, or `*`, or `https://*.example`. */
  readonly allowOrigins: readonly string[]
  readonly allowMethods: readonly string[]
  readonly allowHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly allowCredentials: boolean
  readonly maxAgeSeconds: number | undefined
}

/** One rule of a policy. The order among rules of one effect has no meaning. */
export type Rule = {
  readonly effect: 'allow' | 'deny' | 'require'
  /** CEL, checked: it has the right types and gives true or false. */
  readonly expression: string
  readonly origin: Origin
  /** Where in the configuration, such as `mcp.policies.mcpAuthorization.rules[0]`. */
  readonly path: string
}

/** Who may do what with the tools, prompts, resources and tasks of a route. */
export type McpAuthorization = {
  /** Of listener, route and backend together. */
  readonly rules: readonly Rule[]
  /** Besides, what holds for one target, by its name. */
  readonly targetRules: Readonly<Record<string, readonly Rule[]>>
  readonly requiredScopes: readonly ScopeRequirement[]
  /** Scopes without which no call is allowed, as far as configuration and plain rules tell. */
  readonly everyCallScopes: readonly string[]
  /** Scope → the scopes that it implies, and what those imply, and so on. */
  readonly impliedScopes: Readonly<Record<string, readonly string[]>>
  /** hide: what is denied answers as if it were not there. explain: it says that it is denied, and why. */
  readonly denied: 'hide' | 'explain'
}

/** A token bucket, or one for each value of `key`. */
export type RateLimit = {
  readonly maxTokens: number
  readonly tokensPerFill: number
  readonly fillIntervalMs: number
  /** CEL, as all three; undefined: one bucket for all. */
  readonly key: string | undefined
  /** Undefined: whatever comes. */
  readonly when: string | undefined
  readonly cost: string | number
  /** When it is asked: before anybody says who they are, after that, or when the call is known. */
  readonly stage: 'address' | 'request' | 'call'
  readonly origin: Origin
  readonly path: string
}

/** Scopes that some calls need. Names and methods may hold `*`. */
export type ScopeRequirement = {
  /** Undefined: of any method. */
  readonly methods: readonly string[] | undefined
  /** Undefined: of any target. */
  readonly targets: readonly string[] | undefined
  /** Names as targets know them; all undefined: whatever the call is about, also about nothing. */
  readonly tools: readonly string[] | undefined
  readonly prompts: readonly string[] | undefined
  readonly resources: readonly string[] | undefined
  readonly scopes: readonly string[]
}

/** How requests are answered that are not let in; what is undefined is as usual. */
export type Refusals = {
  readonly unauthenticated: Refusal | undefined
  readonly unauthorized: Refusal | undefined
}

export type Refusal = {
  readonly status: number | undefined
  /** A flat list of names and values, without WWW-Authenticate. */
  readonly headers: readonly string[]
  readonly body: string | undefined
  /** What the challenge says in place of what it would. */
  readonly challenge: WrittenChallenge | undefined
}

export type WrittenChallenge = {
  readonly resourceMetadata: string | undefined
  readonly realm: string | undefined
  readonly scopes: readonly string[] | undefined
}

/** Who may call: the OAuth resource server of one route. */
export type Authentication = {
  /**
   * strict: no token or a bad one is 401. optional: no token is anonymous, a bad one 401.
   * permissive: a bad one is anonymous as well.
   */
  readonly mode: 'strict' | 'optional' | 'permissive'
  /** Tokens of any of these are taken; the first is the one that metadata names. Empty: only API keys are. */
  readonly issuers: readonly TokenIssuer[]
  readonly location: TokenLocation
  /** Requests to an HTTP backend for which it is true need no token; never there on routes to MCP servers. */
  readonly exempt?: Rule | undefined
  /** Claims that have to be present, besides `iss` and `aud`. */
  readonly requiredClaims: readonly string[]
  /** RFC 8707 resource as configured; undefined: public origin + route path. */
  readonly resource: string | undefined
  /** Scopes for `scopes_supported`, as configured; undefined: none were. */
  readonly scopes: readonly string[] | undefined
  /** Scopes of the 401 challenge: `scopes` without `offline_access` (SEP-2207). */
  readonly challengeScopes: readonly string[]
  /** The other members of the protected resource metadata, names in snake_case, values as given. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Present in authorization-server proxy mode. */
  readonly relay: Relay | undefined
  /** Taken in place of a token; undefined: none are. */
  readonly apiKeys?: ApiKeys | undefined
}

export type ApiKeys = {
  readonly keys: readonly ApiKey[]
  /** Lower case. */
  readonly header: string
  readonly prefix: string
  /** No protected resource metadata is served or named. */
  readonly hidden: boolean
}

export type ApiKey = {
  /** SHA-256 of the key, in lower-case hex. */
  readonly hash: string
  /** What is known of its holder; counts as claims. */
  readonly metadata: Readonly<Record<string, unknown>>
}

export type TokenIssuer = {
  /** Compared byte for byte with `iss`, or a template of the profile. */
  readonly issuer: string
  /** Any of them has to be in `aud`; empty: the resource of the route. */
  readonly audiences: readonly string[]
  /** Tokens for anybody are taken. */
  readonly anyAudience?: boolean
  readonly keys: KeySource
  /** How this provider writes scopes, client, user and roles into a token. */
  readonly profile: ProviderProfile
  /** How tokens that only the provider can read are checked; undefined: they are refused. */
  readonly introspection?: Introspection | undefined
}

/** The gateway as the client that asks a provider about tokens (RFC 7662, or the profile's own check). */
export type Introspection = {
  /** Undefined: the profile's check, or what the metadata of the issuer names. */
  readonly url: string | undefined
  /** With a profile's own check also the client that tokens have to be made for. */
  readonly clientId: string
  readonly authentication:
    | { readonly kind: 'none' }
    | {
        readonly kind: 'secret'
        readonly secret: Secret
        /** Undefined: what the metadata offers. */
        readonly method: 'client_secret_basic' | 'client_secret_post' | undefined
      }
    /** RFC 7523; the key is PEM. */
    | { readonly kind: 'key'; readonly key: Secret; readonly keyId: string | undefined }
  /** Whether tokens without a seal are asked about; false: only those that the relay handed out sealed. */
  readonly bareTokens: boolean
}

export type KeySource =
  | { readonly kind: 'inline'; readonly jwks: { readonly keys: readonly object[] } }
  /** `fallback`: when the URL does not answer with a key set, look into the issuer's metadata. */
  | {
      readonly kind: 'url'
      readonly url: string
      readonly fallback: boolean
      readonly origin: Origin
    }
  | { readonly kind: 'discovery' }

export type TokenLocation =
  | { readonly kind: 'header'; readonly name: string; readonly prefix: string }
  | { readonly kind: 'query'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }

/** The authorization-server face that the gateway shows when it adapts a provider. */
export type Relay = {
  readonly issuer: string
  readonly profile: ProviderProfile
  /** The client that an operator registered at the provider. */
  readonly clientId: string | undefined
  readonly clientSecret: Secret | undefined
  readonly clients: readonly RegisteredClient[]
  readonly registration: Registration
  readonly accessToken: 'auto' | 'provider' | 'sealed'
}

/** A client that an operator registered by hand at the gateway. */
export type RegisteredClient = {
  readonly id: string
  readonly secret: Secret | undefined
  readonly redirectUris: readonly string[]
  readonly name: string | undefined
}

export type Registration = {
  readonly strategy: 'relay' | 'shared' | 'static' | 'none'
  /** RFC 7591 initial access token for the provider's registration endpoint. */
  readonly initialAccessToken: Secret | undefined
  /** Redirect URIs that may be registered, `*` at the end of a pattern allowed; undefined: the built-in rules alone. */
  readonly allowRedirects: readonly string[] | undefined
  /** Hosts whose client metadata documents are accepted; undefined: all public ones. */
  readonly allowClients: readonly string[] | undefined
  /** Life of a client id; undefined: for ever. */
  readonly ttlMs: number | undefined
  /** Of strangers, where each of them becomes a client at the provider. */
  readonly limits: { readonly perAddressPerHour: number; readonly perDay: number }
}
