import type { Identity } from '../auth/identity.ts'
import { Budget } from '../cel/budget.ts'
import type { Rule } from '../config/snapshot.ts'
import type { Inspection, Verdict } from './authorizer.ts'
import { neededScopes } from './needed-scopes.ts'
import { type RequestFacts, RequestVariables } from './request.ts'
import { createRuleSet, type Ruling } from './rule-set.ts'
import { createSubjects, type Subject } from './subject.ts'

/** The HTTP-level rules of a route: decides before a body is read. */
export type RequestAuthorizer = {
  decide(identity: Identity, request: RequestFacts): Verdict
  /** The rules, and what they would be evaluated with: for explanations. */
  inspect(identity: Identity, request: RequestFacts): Pick<Inspection, 'rules' | 'variables'>
}

/**
 * @param implied scope → everything that it implies
 * @param now milliseconds since 1970
 */
export function createRequestAuthorizer(
  rules: readonly Rule[],
  implied: Readonly<Record<string, readonly string[]>>,
  now: () => number,
): RequestAuthorizer {
  const subjects = createSubjects(implied)
  const applicable = createRuleSet(rules, 'http').for(undefined)
  return {
    inspect: (identity, request) => ({
      rules: applicable,
      variables: new RequestVariables(request, subjects.of(identity), now),
    }),
    decide(identity, request) {
      const subject = subjects.of(identity)
      const budget = new Budget()
      const ruleFor = (one: Subject): Ruling =>
        applicable.rule(new RequestVariables(request, one, now, undefined, budget), false)
      const ruling = ruleFor(subject)
      if (ruling.allowed) return { outcome: 'allowed', ruling }
      const scopes = neededScopes(applicable.scopes, subject, subjects, one => ruleFor(one).allowed)
      return scopes === undefined
        ? { outcome: 'denied', ruling }
        : { outcome: 'insufficient_scope', scopes, ruling }
    },
  }
}
