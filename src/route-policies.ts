import { createCallRules } from './call-rules.ts'
import { createJudge, kindOf, type SeenAnnotations, scopesFailure } from './decisions.ts'
import type { RoutePolicies } from './http/served-route.ts'
import type { ItemsNamed } from './item-names.ts'
import type { Authorizer } from './policy/authorizer.ts'
import type { RequestAuthorizer } from './policy/request-authorizer.ts'
import { ruleName } from './policy/wording.ts'

export type PolicyParts = {
  /** HTTP-level rules; undefined: there are none. */
  readonly requests: RequestAuthorizer | undefined
  /** Undefined: no rules about MCP. */
  readonly authorizer: Authorizer | undefined
  readonly explains: boolean
  readonly seen: SeenAnnotations
  readonly itemsNamed: ItemsNamed
}

/** What the gate asks the policies of one route, put together. */
export function createRoutePolicies(parts: PolicyParts): RoutePolicies {
  const { requests, authorizer, explains, seen, itemsNamed } = parts
  const callRules = authorizer && createCallRules(authorizer, itemsNamed, explains)
  return {
    judge: createJudge(authorizer, explains, seen),
    address: () => undefined,
    untried: () => undefined,
    failed: () => undefined,
    request(identity, request) {
      const verdict = requests?.decide(identity, request)
      if (verdict === undefined || verdict.outcome === 'allowed') return undefined
      if (verdict.outcome === 'insufficient_scope')
        return scopesFailure(verdict.scopes, identity.authenticated)
      const rule = ruleName(verdict.ruling)
      return { kind: 'forbidden', detail: 'the rules of this route deny the request', rule }
    },
    call: (call, client) => callRules?.(call, client),
    challengeScopes({ headers }) {
      const { 'mcp-method': method, 'mcp-name': name } = headers
      if (authorizer === undefined || typeof method !== 'string') return undefined
      const kind = kindOf(method)
      const named = kind !== undefined && typeof name === 'string' ? itemsNamed(kind, name) : []
      const items = named.length === 0 ? [undefined] : named
      const wanted = new Set(items.flatMap(item => authorizer.scopesOf(method, item)))
      return wanted.size === 0 ? undefined : [...wanted]
    },
  }
}
