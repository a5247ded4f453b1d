import type { Introspection, TokenIssuer } from '../config/snapshot.ts'
import type { Log } from '../observe/log.ts'
import type { ProviderMetadata } from '../providers/discovery.ts'
import type { Fetch } from '../providers/fetch.ts'
import { createCircuit } from './circuit.ts'
import { excerpt } from './excerpt.ts'
import { type AuthFailure, isFailure } from './failure.ts'
import { readIntrospection, UselessAnswer } from './introspection-answer.ts'
import { createIntrospectionRequest } from './introspection-request.ts'
import { createTokenCache } from './token-cache.ts'
import type { Claims } from './token-claims.ts'

/**
 * What the provider says about tokens that only it can read: RFC 7662, or a check of its own. Good
 * answers are not kept here: whoever asks knows for which resource they may be.
 */
export type Introspector = {
  /** Claims as the provider gives them, or why the token is refused. Never rejects. */
  ask(token: string): Promise<Claims | AuthFailure>
  /** True when tokens without a seal are asked about, too. */
  readonly bareTokens: boolean
  /** Why no token can be checked, or undefined. */
  problem(): string | undefined
}

export type IntrospectorDeps = {
  readonly fetch: Fetch
  readonly metadata: ProviderMetadata
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Log
}

/** A new token may not be known everywhere yet, so a refusal is not remembered for long. */
const REFUSED_MS = 10_000
const MAX_REFUSED = 2_000
/** Questions under way; more than that are not asked, because strangers can make up tokens. */
const MAX_RUNNING = 200

export function createIntrospector(
  issuer: TokenIssuer,
  client: Introspection,
  deps: IntrospectorDeps,
): Introspector {
  const { fetch, metadata, now, log } = deps
  const request = createIntrospectionRequest(issuer, client, metadata, now)
  const circuit = createCircuit(now)
  const refused = createTokenCache<AuthFailure>(MAX_REFUSED, now)
  const running = new Map<string, Promise<Claims | AuthFailure>>()
  let problem: string | undefined

  async function exchange(token: string): Promise<Claims | AuthFailure> {
    const question = await request(token)
    if (question === undefined) return notAsked(issuer)
    return readIntrospection(await fetch(question), issuer, client.clientId)
  }

  async function attempt(token: string): Promise<Claims | AuthFailure> {
    try {
      const answer = await exchange(token)
      circuit.worked()
      if (problem !== undefined) log.info({ issuer: issuer.issuer }, 'tokens can be checked again')
      problem = undefined
      if (isFailure(answer)) {
        refused.set(token, {
          value: answer,
          resource: '',
          until: now() + REFUSED_MS,
          holds: () => true,
        })
      }
      return answer
    } catch (error) {
      // A message may quote the URL, and a URL the token.
      const reason = reasonOf(error).replaceAll(token, '[redacted]')
      const outage = !(error instanceof UselessAnswer) || error.outage
      if (problem === undefined || !outage) {
        log.warn({ issuer: issuer.issuer, reason }, 'the provider cannot be asked about a token')
      }
      if (outage) {
        circuit.failed()
        problem = reason
      }
      return unavailable(issuer)
    }
  }

  return {
    async ask(token) {
      const known = refused.get(token, '') ?? running.get(token)
      if (known !== undefined) return known
      if (running.size >= MAX_RUNNING || !circuit.lets()) return unavailable(issuer)
      const answer = attempt(token).finally(() => running.delete(token))
      running.set(token, answer)
      return answer
    },
    bareTokens: client.bareTokens,
    problem: () =>
      circuit.open ? `tokens of ${issuer.issuer} cannot be checked: ${problem}` : undefined,
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function unavailable({ issuer }: TokenIssuer): AuthFailure {
  return {
    kind: 'keys_unavailable',
    detail: `${excerpt(issuer)} could not be asked about the token; try again shortly`,
  }
}

function notAsked({ profile }: TokenIssuer): AuthFailure {
  return {
    kind: 'malformed_token',
    detail: `the token is opaque, and ${profile.title} names no introspection endpoint to ask at`,
  }
}
