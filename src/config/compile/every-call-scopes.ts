import { factsOf } from '../../cel/check.ts'
import type { Stage } from '../../cel/types.ts'
import type { Authentication, Rule, ScopeRequirement } from '../snapshot.ts'

/**
 * Scopes without which rules let nothing pass: those of plain `require` rules, and of a single allow rule.
 *
 * @param others rules of single targets, which may allow what these do not
 */
export function scopesOfRules(
  rules: readonly Rule[],
  stage: Stage,
  others: readonly Rule[] = [],
): readonly string[] {
  const isAllow = ({ effect }: Rule): boolean => effect === 'allow'
  const allows = others.some(isAllow) ? [] : rules.filter(isAllow)
  const deciding = rules.filter(({ effect }) => effect === 'require')
  return unique(
    [...deciding, ...(allows.length === 1 ? allows : [])].flatMap(({ expression }) =>
      plainScopes(expression, stage),
    ),
  )
}

/** Scopes of a condition that is nothing but `"x" in identity.scopes`, or several of these joined by `&&`. */
function plainScopes(expression: string, stage: Stage): readonly string[] {
  const { onlyScopes, scopes } = factsOf(expression, stage)
  return onlyScopes ? scopes : []
}

/** Scopes of the requirements that hold for every call. */
export function scopesOfRequirements(requirements: readonly ScopeRequirement[]): readonly string[] {
  return unique(
    requirements
      .filter(({ scopes: _, ...selectors }) =>
        Object.values(selectors).every(selector => selector === undefined),
      )
      .flatMap(({ scopes }) => scopes),
  )
}

/** Metadata and challenges name the scopes that every call needs, where nobody said which to name. */
export function withScopes(
  authentication: Authentication,
  everyCall: readonly string[],
): Authentication {
  if (everyCall.length === 0) return authentication
  return {
    ...authentication,
    scopes: authentication.scopes ?? everyCall,
    challengeScopes: unique([...authentication.challengeScopes, ...everyCall]),
  }
}

function unique(scopes: readonly string[]): readonly string[] {
  return [...new Set(scopes)]
}
