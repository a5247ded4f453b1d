import type { Subject, Subjects } from './subject.ts'

/** Above this, scopes are not tried one by one: whatever is missing counts as needed. */
const MOST_TRIED = 32

/**
 * The smallest set of named scopes with which something is allowed, besides the scopes that no rule
 * names; undefined: scopes are not what is missing. Scopes that come first in the rules are preferred.
 *
 * @param named scopes that rules ask for
 * @param allowed whether the rules would let this subject do it
 */
export function neededScopes(
  named: readonly string[],
  subject: Subject,
  subjects: Subjects,
  allowed: (subject: Subject) => boolean,
): readonly string[] | undefined {
  const others = subject.identity.scopes.filter(scope => !named.includes(scope))
  const allows = (scopes: readonly string[]): boolean =>
    allowed(subjects.withScopes(subject, [...others, ...scopes]))
  // Allowed with what it has: then a scope that it has may be one that a rule forbids.
  const all = allows(named) ? named : undefined
  if (all === undefined) return allowed(subject) ? [] : undefined
  if (named.length > MOST_TRIED) return named.filter(scope => !subject.scopes.includes(scope))
  let needed = all
  for (const scope of named.toReversed()) {
    const fewer = needed.filter(one => one !== scope)
    if (allows(fewer)) needed = fewer
  }
  return needed
}
