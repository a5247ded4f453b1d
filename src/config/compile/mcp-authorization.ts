import type { Locate } from '../resource.ts'
import type { McpAuthorizationPolicy, ScopeRequirementConfig } from '../schema/authorization.ts'
import type { McpAuthorization, Rule, ScopeRequirement } from '../snapshot.ts'
import { scopesOfRequirements, scopesOfRules } from './every-call-scopes.ts'
import type { Report } from './report.ts'
import { compileRules } from './rules.ts'

/** The policy of one level (listener, route, backend, target), and where it was written. */
export type WrittenPolicy = { readonly policy: McpAuthorizationPolicy; readonly locate: Locate }

/**
 * The policies of all levels together: rules and required scopes add up, so that no level can take away
 * what another forbids; `denied` is that of the level closest to the backend.
 *
 * @param levels the outermost first
 * @param requestScopes what HTTP-level rules ask of every request
 * @returns undefined where no level says anything
 */
export function compileMcpAuthorization(
  levels: readonly (WrittenPolicy | undefined)[],
  targets: Readonly<Record<string, WrittenPolicy | undefined>>,
  requestScopes: readonly string[],
  report: Report,
): McpAuthorization | undefined {
  const given = levels.filter(level => level !== undefined)
  const ofTargets = Object.entries(targets).filter(
    (entry): entry is [string, WrittenPolicy] => entry[1] !== undefined,
  )
  if (given.length === 0 && ofTargets.length === 0) return undefined
  const rulesOf = ({ policy, locate }: WrittenPolicy): readonly Rule[] =>
    compileRules(policy.rules ?? [], 'call', (...path) => locate('rules', ...path), report)
  const requirements: readonly ScopeRequirementConfig[] = [
    ...given.flatMap(({ policy }) => policy.requiredScopes ?? []),
    ...ofTargets.flatMap(([name, { policy }]) =>
      (policy.requiredScopes ?? []).map(one => ({ ...one, targets: [name] })),
    ),
  ]
  const all = [...given, ...ofTargets.map(([, level]) => level)]
  const requiredScopes = requirements.map(compileRequirement)
  const rules = given.flatMap(rulesOf)
  const targetRules = Object.fromEntries(ofTargets.map(([name, level]) => [name, rulesOf(level)]))
  const ofRules = scopesOfRules(rules, 'call', Object.values(targetRules).flat())
  return {
    rules,
    targetRules,
    requiredScopes,
    everyCallScopes: [
      ...new Set([...requestScopes, ...scopesOfRequirements(requiredScopes), ...ofRules]),
    ],
    impliedScopes: closure(merge(all.map(({ policy }) => policy.scopeHierarchy ?? {}))),
    denied: all.findLast(({ policy }) => policy.denied !== undefined)?.policy.denied ?? 'hide',
  }
}

function compileRequirement(config: ScopeRequirementConfig): ScopeRequirement {
  const { methods, targets, tools, prompts, resources, scopes } = config
  return { methods, targets, tools, prompts, resources, scopes }
}

type Hierarchy = Readonly<Record<string, readonly string[]>>

function merge(hierarchies: readonly Hierarchy[]): Hierarchy {
  const merged: Record<string, readonly string[]> = {}
  for (const [scope, implied] of hierarchies.flatMap(one => Object.entries(one))) {
    merged[scope] = [...(merged[scope] ?? []), ...implied]
  }
  return merged
}

/** Everything that a scope implies over any number of steps; circles do no harm. */
function closure(hierarchy: Hierarchy): Hierarchy {
  const below = (scope: string): readonly string[] => {
    const reached = new Set<string>()
    const visit = (one: string): void => {
      for (const implied of Object.hasOwn(hierarchy, one) ? (hierarchy[one] ?? []) : []) {
        if (reached.has(implied)) continue
        reached.add(implied)
        visit(implied)
      }
    }
    visit(scope)
    return [...reached]
  }
  return Object.fromEntries(Object.keys(hierarchy).map(scope => [scope, below(scope)]))
}
