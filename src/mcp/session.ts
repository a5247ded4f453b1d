/** What a legacy session is, as its id carries it. */
export type Session = {
  /** Random, and the same over the life of the session: names it in maps and logs. */
  readonly key: string
  /** Route that opened it; another route does not know it. */
  readonly route: string
  /** `identityKey` of who opened it. */
  readonly owner: string
  /** What each target is to it, as of `initialize`. */
  readonly targets: Readonly<Record<string, TargetState>>
  /** Parameters of `initialize`, to open an upstream session anew. */
  readonly initialize: SessionParameters
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Requests of several clients meet in it, so their ids have to be told apart. */
  readonly pooled?: true
}

export type SessionParameters = {
  readonly protocolVersion: string
  readonly capabilities: unknown
  readonly clientInfo: unknown
}

/** What a session id says about one target. */
export type TargetState = {
  /** What the target calls the session; empty: it keeps none. Of a process: which process of ours has it. */
  readonly id: string
  /** Protocol version that the target agreed to; undefined: nobody looked. */
  readonly version?: string
  /** Letters of `OFFERS`; undefined: nobody looked. */
  readonly offers?: string
}

export type SessionLimits = {
  readonly idleMs: number
  readonly maxMs: number
  /** Sessions that live at the same time, as far as this process has seen them. */
  readonly total?: number
  readonly perIdentity?: number
}
