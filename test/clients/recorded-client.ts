/**
 * One client as it was seen on the wire: what it asks, in which order, with which headers and members. Data
 * only; `replay.ts` sends it.
 */
export type RecordedClient = {
  readonly name: string
  readonly version: string
  /** Until it has a token, in order; none: it begins with the metadata. */
  readonly first: readonly FirstRequest[]
  /** Documents that it reads before it registers, in order, repetitions included. */
  readonly discovery: readonly Lookup[]
  /** Headers of its metadata, registration and token requests; nothing else is sent along. */
  readonly headers: Readonly<Record<string, string>>
  /** Origin of the page, for a client in a browser, which asks before everything that is not simple. */
  readonly origin?: string
  /** Where it takes answers; PORT is another number each time that it says so. */
  readonly redirectUris: readonly string[]
  /** How it says who it is, the best way first. */
  readonly identities: readonly ('document' | 'registration')[]
  /** Members of its registration beside `redirect_uris` and `client_name`. */
  readonly registration: Readonly<Record<string, unknown>>
  readonly scope: ScopeSource
  /** Adds `offline_access` where the authorization server names it. */
  readonly offlineAccess: boolean
  readonly prompt?: 'consent'
  readonly tokenAuth: 'none' | 'client_secret_basic'
  readonly refresh: Refresh
  /** What it does, again and again, when its token is refused. */
  readonly renewal: 'refresh' | 'login' | 'registration and login'
  readonly session: Session
  /** What else it does that a gateway has to take. */
  readonly habits: readonly Habit[]
}

export type FirstRequest = {
  readonly sends: 'GET' | 'HEAD' | 'initialize' | 'server/discover'
  readonly headers: Readonly<Record<string, string>>
}

/**
 * `challenge`: what `WWW-Authenticate` names; `path` and `root`: the well-known URLs of RFC 9728; `issuer`: the
 * metadata of the authorization server that the resource names; `origin`: the metadata of one on the
 * server's own origin, which need not be there.
 */
export type Lookup = 'challenge' | 'path' | 'root' | 'issuer' | 'origin'

/** `challenge`: of the 401; `resource`, `server`: all `scopes_supported` of that metadata. */
export type ScopeSource = 'challenge' | 'resource' | 'server' | 'none'

export type Refresh = {
  readonly resource: boolean
  /** `requested`: what it once asked for; `granted`: what it was given; undefined: not sent. */
  readonly scope?: 'requested' | 'granted'
  /** Refreshes of one token at a time. */
  readonly parallel: number
  /** Refreshes one after the other, each with the newest token. */
  readonly inARow: number
}

export type Session = {
  readonly protocol: '2025-06-18' | '2025-11-25' | '2026-07-28'
  /** Whether `MCP-Protocol-Version` is sent once there is a session. */
  readonly namesVersion: boolean
  /** Opens a stream with GET. */
  readonly listens: boolean
}

/**
 * - `reads metadata with a dead token`
 * - `discovers without its token`: `server/discover` without a token although it has one
 * - `loads the authorization URL itself`, before the browser does
 * - `registers to look around`: and then again to log in
 * - `registers without redirect URIs`, to try its refresh token with that client
 * - `refreshes with another client`: its token, after it registered anew
 * - `cancels at the end`: sends notifications/cancelled
 */
export type Habit =
  | 'reads metadata with a dead token'
  | 'discovers without its token'
  | 'loads the authorization URL itself'
  | 'registers to look around'
  | 'registers without redirect URIs'
  | 'refreshes with another client'
  | 'cancels at the end'
