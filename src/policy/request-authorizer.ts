import type { Identity } from '../auth/identity.ts'
import type { Rule } from '../config/snapshot.ts'
import type { Verdict } from './authorizer.ts'
import { neededScopes } from './needed-scopes.ts'
import { type RequestFacts, RequestVariables } from './request.ts'
import { createRuleSet, type Ruling } from './rule-set.ts'
import { createSubjects, type Subject } from './subject.ts'

/** The HTTP-level rules of a route: decides before a body is read. */
export type RequestAuthorizer = {
  decide(identity: Identity, request: RequestFacts): Verdict
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
    decide(identity, request) {
      const subject = subjects.of(identity)
      const ruleFor = (one: Subject): Ruling =>
        applicable.rule(new RequestVariables(request, one, now), false)
      const ruling = ruleFor(subject)
      if (ruling.allowed) return { outcome: 'allowed', ruling }
      const scopes = neededScopes(
        applicable.scopes,
        subject,
        subjects,
        one => ruleFor(one).allowed,
      )
      return scopes === undefined
        ? { outcome: 'denied', ruling }
        : { outcome: 'insufficient_scope', scopes, ruling }
    },
  }
}
