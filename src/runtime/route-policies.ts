import { anonymous, type Identity } from '../auth/identity.ts'
import type { Failure } from '../http/failure.ts'
import type { RoutePolicies } from '../http/served-route.ts'
import type { RequestFacts } from '../mcp/client.ts'
import { decodeHeaderValue } from '../mcp/header-value.ts'
import type { Authorizer } from '../policy/authorizer.ts'
import type { RequestAuthorizer } from '../policy/request-authorizer.ts'
import { ruleName } from '../policy/wording.ts'
import { createCallRules, createNamedItem, limitCall } from './call-rules.ts'
import { createJudge, kindOf, type SeenAnnotations, scopesFailure } from './decisions.ts'
import type { ItemsNamed } from './item-names.ts'
import type { Limits } from './limits.ts'

export type PolicyParts = {
  /** HTTP-level rules; undefined: there are none. */
  readonly requests: RequestAuthorizer | undefined
  /** What says who needs no token; undefined: everybody does. */
  readonly exempts: RequestAuthorizer | undefined
  /** Undefined: no rules about MCP. */
  readonly authorizer: Authorizer | undefined
  readonly explains: boolean
  readonly seen: SeenAnnotations
  readonly itemsNamed: ItemsNamed
  readonly limits: Limits
}

/** What the gate asks the policies of one route, put together. */
export function createRoutePolicies(parts: PolicyParts): RoutePolicies {
  const { requests, exempts, authorizer, explains, seen, itemsNamed, limits } = parts
  /** By what the headers say about the operation, where they say it. */
  const neededBy = ({ headers }: RequestFacts): readonly string[] | undefined => {
    const { 'mcp-method': method } = headers
    if (authorizer === undefined || typeof method !== 'string') return undefined
    const kind = kindOf(method)
    const name = decodeHeaderValue(String(headers['mcp-name'] ?? ''))
    const named = kind !== undefined && name ? itemsNamed(kind, name) : []
    const items = named.length === 0 ? [undefined] : named
    const wanted = new Set(items.flatMap(item => authorizer.scopesOf(method, item)))
    return wanted.size === 0 ? undefined : [...wanted]
  }
  const everyCall = authorizer?.scopesOf('', undefined) ?? []
  const ruled = (identity: Identity, request: RequestFacts): Failure | undefined => {
    const verdict = requests?.decide(identity, request)
    if (verdict === undefined || verdict.outcome === 'allowed') return undefined
    if (verdict.outcome === 'insufficient_scope') {
      // What the call would be refused for next is asked for at once.
      const scopes = new Set([...verdict.scopes, ...(neededBy(request) ?? everyCall)])
      return scopesFailure([...scopes], identity.authenticated)
    }
    const rule = ruleName(verdict.ruling)
    return { kind: 'forbidden', detail: 'the rules of this route deny the request', rule }
  }
  const namedItem = createNamedItem(itemsNamed, seen)
  const callRules = authorizer && createCallRules(authorizer, itemsNamed, explains)
  return {
    judge: createJudge(authorizer, explains, seen),
    address: limits.address,
    untried: limits.untried,
    failed: limits.failed,
    // What cannot be evaluated is no exemption.
    exempt: exempts && (request => exempts.decide(anonymous, request).outcome === 'allowed'),
    request(identity, request, response) {
      const limited = limits.request(identity, request, response)
      if (limited instanceof Promise) {
        return limited.then(refused => refused ?? ruled(identity, request))
      }
      return limited ?? ruled(identity, request)
    },
    call(call, client) {
      const limited = limits.call && limitCall(call, client, limits.call, namedItem)
      if (limited instanceof Promise) {
        return limited.then(refused => refused ?? callRules?.(call, client))
      }
      return limited ?? callRules?.(call, client)
    },
    challengeScopes: neededBy,
  }
}
