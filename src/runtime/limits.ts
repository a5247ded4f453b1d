import type { ServerResponse } from 'node:http'
import type { AuthFailure } from '../auth/failure.ts'
import { anonymous, type Identity } from '../auth/identity.ts'
import { McpVariable } from '../cel/variables.ts'
import { fingerprint } from '../config/fingerprint.ts'
import type { RateLimit, Route, Settings } from '../config/snapshot.ts'
import type { Checked } from '../http/served-route.ts'
import type { Client, RequestFacts } from '../mcp/client.ts'
import type { CallFailure } from '../mcp/failure.ts'
import { type Item, itemVariable } from '../policy/item.ts'
import { limitHeaders, secondsOf, tellLimit } from '../policy/limit-headers.ts'
import { type Counter, createLimiter, type Exceeded, type Limiter } from '../policy/limiter.ts'
import { networkOf } from '../policy/network.ts'
import { RequestVariables } from '../policy/request.ts'
import { createSharedCounter } from '../policy/shared-counter.ts'
import { createSubjects } from '../policy/subject.ts'
import { type Buckets, createBuckets } from '../policy/token-bucket.ts'
import type { Store } from '../store/store.ts'
import type { Handles } from './handles.ts'

/** The limits of a route, at each of the places where the gate asks for them. */
export type Limits = {
  address(request: RequestFacts, response: ServerResponse): Checked
  request(identity: Identity, request: RequestFacts, response: ServerResponse): Checked
  /** Undefined: no limit looks at calls. */
  readonly call:
    | ((method: string, item: Item | undefined, given: object, caller: Caller) => Checked)
    | undefined
  untried(request: RequestFacts): AuthFailure | undefined
  failed(request: RequestFacts): void
}

type Caller = Pick<Client, 'identity' | 'request' | 'response'>

export type LimitParts = {
  readonly now: () => number
  /** Undefined: this process counts for itself. */
  readonly store: Store | undefined
}

const MINUTE = 60_000

/** Buckets outlive a reload as long as their limit is written the same. */
export function serveLimits(
  { id, rateLimits, backend, mcpAuthorization }: Route,
  settings: Pick<Settings, 'store' | 'failedAuthenticationsPerMinute'>,
  handles: Handles,
  parts: LimitParts,
): Limits {
  const { now } = parts
  const counterOf = counters(id, settings.store?.onFailure, handles, parts)
  const limiterOf = (stage: RateLimit['stage']): Limiter | undefined => {
    const own = rateLimits.filter(limit => limit.stage === stage)
    return own.length === 0 ? undefined : createLimiter(own, backend.kind === 'mcp', counterOf)
  }
  const [atAddress, atRequest, atCall] = (['address', 'request', 'call'] as const).map(limiterOf)
  const subjects = createSubjects(mcpAuthorization?.impliedScopes ?? {})
  const nobody = subjects.of(anonymous)
  const check = (
    limiter: Limiter,
    variables: RequestVariables,
    response: ServerResponse,
  ): Checked => {
    const over = limiter.take(variables, (limit, taken) => tellLimit(response, limit, taken))
    return over instanceof Promise ? over.then(failureOf) : failureOf(over)
  }
  const perMinute = settings.failedAuthenticationsPerMinute
  const failures =
    perMinute === 0
      ? undefined
      : handles.use(`failed authentications ${perMinute}`, () =>
          createBuckets(
            { maxTokens: perMinute, tokensPerFill: perMinute, fillIntervalMs: MINUTE },
            now,
          ),
        )

  return {
    address: (request, response) =>
      atAddress && check(atAddress, new RequestVariables(request, nobody, now), response),
    request: (identity, request, response) =>
      atRequest &&
      check(atRequest, new RequestVariables(request, subjects.of(identity), now), response),
    call:
      atCall &&
      ((method, item, given, { identity, request, response }) => {
        const read = atCall.readsArguments ? given : {}
        const mcp = new McpVariable(method, item && itemVariable(item, read))
        const variables = new RequestVariables(request, subjects.of(identity), now, mcp)
        return check(atCall, variables, response)
      }),
    untried: ({ address }) => failures && tooManyFailures(failures, address),
    failed: ({ address }) => void failures?.take(networkOf(address), 1),
  }
}

function counters(
  route: string,
  onFailure: 'local' | 'deny' | undefined,
  handles: Handles,
  { now, store }: LimitParts,
): (limit: RateLimit) => Counter {
  const names = new Set<string>()
  return limit => {
    // Where it stands may change. Two that are written the same on one route have a bucket each.
    let name = `${route} ${fingerprint({ ...limit, path: '' })}`
    while (names.has(name)) name += "'"
    names.add(name)
    const local = handles.use(`limit ${name}`, () => createBuckets(limit, now))
    if (store === undefined) return local
    const fallback = onFailure === 'deny' ? undefined : local
    return createSharedCounter(name, limit, store.buckets, fallback)
  }
}

function failureOf(over: Exceeded | undefined): CallFailure | undefined {
  if (over === undefined) return undefined
  const { limit, taken } = over
  if (taken === undefined) {
    return { kind: 'limits_unavailable', detail: 'limits cannot be counted at the moment' }
  }
  const retryAfter = secondsOf(taken.waitMs)
  return {
    kind: 'rate_limited',
    detail: `too many requests: try again in ${retryAfter} s`,
    retryAfter,
    headers: limitHeaders(limit, taken),
  }
}

/** Known good tokens are not asked, so that nobody can lock out whoever shares an address with them. */
function tooManyFailures(failures: Buckets, address: string): AuthFailure | undefined {
  const network = networkOf(address)
  if (failures.take(network, 0).remaining >= 1) return undefined
  const retryAfter = secondsOf(failures.take(network, 1).waitMs)
  return {
    kind: 'too_many_failures',
    detail: `too many bad tokens came from this address: try again in ${retryAfter} s`,
    retryAfter,
  }
}
