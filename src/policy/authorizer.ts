import type { Identity } from '../auth/identity.ts'
import { Budget } from '../cel/budget.ts'
import { McpVariable } from '../cel/variables.ts'
import type { McpAuthorization } from '../config/snapshot.ts'
import { createDecisionCache } from './decision-cache.ts'
import { type Item, itemVariable } from './item.ts'
import { neededScopes } from './needed-scopes.ts'
import { type RequestFacts, RequestVariables } from './request.ts'
import { createRequiredScopes } from './required-scopes.ts'
import { type ApplicableRules, createRuleSet, type RuleSet, type Ruling } from './rule-set.ts'
import { createSubjects, type Subject } from './subject.ts'

/** What comes of the use of an item. */
export type Verdict =
  | { readonly outcome: 'allowed' | 'denied'; readonly ruling: Ruling }
  /** It would be allowed with these scopes: everything that the operation needs. */
  | {
      readonly outcome: 'insufficient_scope'
      readonly scopes: readonly string[]
      readonly ruling: Ruling
    }

/** A call of an item, or its entry in a list, which is judged as the call that would use it. */
export type Use = {
  readonly method: string
  readonly item: Item
  /** Of a tool call; undefined in a list, where they are not known. */
  readonly arguments: object | undefined
  readonly listed: boolean
}

/** Decides who may use what of one route. */
export type Authorizer = {
  decide(use: Use, identity: Identity, request: RequestFacts): Verdict
  /** Whether there are rules about things of this kind. */
  restricts(kind: Item['kind'], target: string): boolean
  /** Everything that a call about no item needs, if the identity lacks a scope of its method. */
  missingScopes(method: string, identity: Identity): readonly string[] | undefined
  /** Scopes that a call needs whoever makes it. */
  scopesOf(method: string, item: Item | undefined): readonly string[]
  /** The rules about an item, and the variables that they would be evaluated with: for explanations. */
  inspect(use: Use, identity: Identity, request: RequestFacts): Inspection
}

export type Inspection = {
  readonly rules: ApplicableRules
  readonly variables: RequestVariables
  readonly requiredScopes: readonly string[]
}

/** @param now milliseconds since 1970 */
export function createAuthorizer(policy: McpAuthorization, now: () => number): Authorizer {
  const subjects = createSubjects(policy.impliedScopes)
  const required = createRequiredScopes(policy.requiredScopes)
  const general = createRuleSet(policy.rules, 'call')
  const ofTargets = new Map(
    Object.entries(policy.targetRules).map(([target, rules]): [string, RuleSet] => [
      target,
      createRuleSet([...policy.rules, ...rules], 'call'),
    ]),
  )
  const cache = createDecisionCache<Verdict>()
  const rulesFor = ({ kind, target }: Pick<Item, 'kind' | 'target'>): ApplicableRules =>
    (ofTargets.get(target) ?? general).for(kind)

  function judge(use: Use, subject: Subject, request: RequestFacts): Verdict {
    const { method, item, listed } = use
    const rules = rulesFor(item)
    const mcp = mcpVariable(use, rules)
    const budget = new Budget()
    const ruleFor = (one: Subject): Ruling =>
      rules.rule(new RequestVariables(request, one, now, mcp, budget), listed)

    const ruling = ruleFor(subject)
    const wanted = required(method, item)
    const lacksNone = wanted.every(scope => subject.scopes.includes(scope))
    if (ruling.allowed && lacksNone) return { outcome: 'allowed', ruling }
    const needed = neededScopes(rules.scopes, subject, subjects, one => ruleFor(one).allowed)
    if (needed === undefined) return { outcome: 'denied', ruling }
    return {
      outcome: 'insufficient_scope',
      scopes: subjects.shortest([...wanted, ...needed, ...policy.everyCallScopes]),
      ruling,
    }
  }

  return {
    decide(use, identity, request) {
      const subject = subjects.of(identity)
      const path = restsOn(use, rulesFor(use.item))
      return path === undefined
        ? judge(use, subject, request)
        : cache.get(identity, path, () => judge(use, subject, request))
    },
    restricts: (kind, target) => rulesFor({ kind, target }).rules.length > 0,
    missingScopes(method, identity) {
      const wanted = required(method, undefined)
      const { scopes } = subjects.of(identity)
      return wanted.every(scope => scopes.includes(scope))
        ? undefined
        : subjects.shortest([...wanted, ...policy.everyCallScopes])
    },
    scopesOf: (method, item) =>
      subjects.shortest([...required(method, item), ...policy.everyCallScopes]),
    inspect(use, identity, request) {
      const rules = rulesFor(use.item)
      const subject = subjects.of(identity)
      return {
        rules,
        variables: new RequestVariables(request, subject, now, mcpVariable(use, rules)),
        requiredScopes: required(use.method, use.item),
      }
    },
  }
}

function mcpVariable(
  { method, item, arguments: given }: Use,
  { readsArguments }: ApplicableRules,
): McpVariable {
  return new McpVariable(method, itemVariable(item, readsArguments ? given : undefined))
}

/** All that a decision rests on besides the identity. Undefined: it holds for this one call. */
function restsOn({ method, item, listed }: Use, rules: ApplicableRules): string[] | undefined {
  const { readsPassing, readsArguments, readsAnnotations } = rules
  if (readsPassing || (readsArguments && !listed)) return undefined
  const hints = readsAnnotations ? (JSON.stringify(item.annotations) ?? '') : ''
  return [item.kind, item.target, method, hints, item.name]
}
