import type { IncomingHttpHeaders } from 'node:http'
import {
  type Authenticator,
  type AuthOutcome,
  createAuthenticator,
} from '../../src/auth/authenticator.ts'
import { type AuthFailure, isFailure } from '../../src/auth/failure.ts'
import type { Identity } from '../../src/auth/identity.ts'
import { Secret } from '../../src/config/secret.ts'
import type {
  Authentication,
  Introspection,
  KeySource,
  TokenIssuer,
} from '../../src/config/snapshot.ts'
import { createFetch } from '../../src/http/fetch.ts'
import type { Log } from '../../src/observe/log.ts'
import { oidc } from '../../src/providers/oidc.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'
import { createSealer, generateKey, type Sealer } from '../../src/seal/seal.ts'

export const RESOURCE = 'http://gw.example/mcp'

export type LogLine = { readonly level: string; readonly fields: object; readonly message: string }

/** An authenticator with everything around it that a test looks at. */
export type Gate = {
  readonly authenticator: Authenticator
  readonly sealer: Sealer
  readonly outcomes: AuthOutcome[]
  readonly fetches: string[]
  readonly lines: LogLine[]
  /** Milliseconds since 1970; a test moves it on. */
  readonly clock: { now: number }
  /** Shows a token as clients do. */
  send(token: string, resource?: string): Promise<Identity | AuthFailure>
  /** Shows an `Authorization` header, or none. */
  sendHeader(authorization: string | string[] | undefined): Promise<Identity | AuthFailure>
  close(): Promise<void>
}

export function issuerOf(
  issuer: string,
  keys: KeySource,
  profile: ProviderProfile = oidc,
  audiences: readonly string[] = [],
  introspection?: Introspection,
): TokenIssuer {
  return { issuer, keys, profile, audiences, introspection }
}

export function createGate(
  issuers: readonly TokenIssuer[],
  changes: Partial<Authentication> = {},
): Gate {
  const policy: Authentication = {
    mode: 'strict',
    issuers,
    location: { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
    requiredClaims: ['exp'],
    resource: undefined,
    scopes: undefined,
    challengeScopes: [],
    metadata: {},
    relay: undefined,
    ...changes,
  }
  const clock = { now: Date.now() }
  const now = () => clock.now
  const { fetch, close } = createFetch()
  const sealer = createSealer([new Secret(generateKey())], now)
  const lines: LogLine[] = []
  const outcomes: AuthOutcome[] = []
  const fetches: string[] = []
  const authenticator = createAuthenticator(policy, {
    fetch,
    sealer,
    now,
    log: createMemoryLog(lines),
    metrics: {
      authentication: outcome => outcomes.push(outcome),
      keySetFetch: (_issuer, outcome) => fetches.push(outcome),
    },
  })
  const show = async (headers: IncomingHttpHeaders, resource: string) =>
    authenticator.authenticate({ headers, query: '' }, resource)
  return {
    authenticator,
    sealer,
    outcomes,
    fetches,
    lines,
    clock,
    send: (token, resource = RESOURCE) => show({ authorization: `Bearer ${token}` }, resource),
    sendHeader: value =>
      show((value === undefined ? {} : { authorization: value }) as IncomingHttpHeaders, RESOURCE),
    async close() {
      authenticator.close()
      await close()
    },
  }
}

function createMemoryLog(lines: LogLine[]): Log {
  const method = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message })
  }
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
  }
}

/** Why it was refused, or `ok`. */
export function outcomeOf(answer: Identity | AuthFailure): string {
  return isFailure(answer) ? answer.kind : answer.authenticated ? 'ok' : 'anonymous'
}
