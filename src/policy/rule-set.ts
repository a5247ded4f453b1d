import { compileExpression, type Expression } from '../cel/expression.ts'
import { FALSE, type Possible, TRUE } from '../cel/possible.ts'
import type { Kind, Stage } from '../cel/types.ts'
import type { Variables } from '../cel/variables.ts'
import type { Rule } from '../config/snapshot.ts'

/** What a rule says, in words: `unknown` where it depends on arguments that nobody has given yet. */
export type RuleValue = 'true' | 'false' | 'error' | 'unknown'

export type Ruling = {
  readonly allowed: boolean
  /** The rule that decided; undefined: none did, because there is none that allows, or none at all. */
  readonly by: Rule | undefined
  /** What that rule said. */
  readonly value: RuleValue | undefined
}

/** The rules of all levels for one purpose, compiled. */
export type RuleSet = {
  /** The rules that apply to a kind; undefined: to what is of no kind. */
  for(kind: Kind | undefined): ApplicableRules
}

export type ApplicableRules = {
  readonly rules: readonly CompiledRule[]
  /** Some rule reads what changes from request to request: the time, the address, the request. */
  readonly readsPassing: boolean
  readonly readsArguments: boolean
  readonly readsAnnotations: boolean
  /** Scopes that rules ask for by name. */
  readonly scopes: readonly string[]
  /** @param unread in lists: arguments are not known */
  rule(variables: Variables, unread: boolean): Ruling
}

export type CompiledRule = {
  readonly rule: Rule
  readonly expression: Expression
}

const ALLOWED: Ruling = Object.freeze({ allowed: true, by: undefined, value: undefined })
const NOT_ALLOWED: Ruling = Object.freeze({ allowed: false, by: undefined, value: undefined })

const PASSING = ['now', 'source', 'request']

/** Deny before require before allow. */
const EFFECTS: readonly Rule['effect'][] = ['deny', 'require', 'allow']

/**
 * A rule that names kinds (`mcp.tool`) applies to these kinds alone; one that names none applies to all.
 * Without rules that apply everything is allowed; without an allow rule, whatever is not denied.
 */
export function createRuleSet(rules: readonly Rule[], stage: Stage): RuleSet {
  const compiled = EFFECTS.flatMap(effect =>
    rules
      .filter(rule => rule.effect === effect)
      .map(rule => ({ rule, expression: compileExpression(rule.expression, stage, 'condition') })),
  )
  const byKind = new Map<Kind | undefined, ApplicableRules>()
  return {
    for(kind) {
      const known = byKind.get(kind)
      if (known !== undefined) return known
      const applicable = applicableRules(compiled.filter(one => appliesTo(one, kind)))
      byKind.set(kind, applicable)
      return applicable
    },
  }
}

export function appliesTo({ expression }: CompiledRule, kind: Kind | undefined): boolean {
  const { kinds } = expression.facts
  return kinds.length === 0 || (kind !== undefined && kinds.includes(kind))
}

function applicableRules(rules: readonly CompiledRule[]): ApplicableRules {
  const read = rules.flatMap(({ expression }) => [...expression.facts.reads])
  const reads = (name: string): boolean =>
    read.some(one => one === name || one.startsWith(`${name}.`))
  const hasAllow = rules.some(({ rule }) => rule.effect === 'allow')
  return {
    rules,
    readsPassing: PASSING.some(reads),
    readsArguments: reads('mcp.tool.arguments'),
    readsAnnotations: reads('mcp.tool.annotations'),
    scopes: [...new Set(rules.flatMap(({ expression }) => expression.facts.scopes))],
    rule(variables, unread) {
      for (const one of rules) {
        const { rule } = one
        const possible = evaluate(one, variables, unread)
        if (lets(rule.effect, possible)) {
          if (rule.effect === 'allow') return { allowed: true, by: rule, value: wordFor(possible) }
        } else if (rule.effect !== 'allow') {
          return { allowed: false, by: rule, value: wordFor(possible) }
        }
      }
      return hasAllow ? NOT_ALLOWED : ALLOWED
    },
  }
}

/** What is not known denies nothing; what cannot be evaluated denies (invariant 2). */
function lets(effect: Rule['effect'], possible: Possible): boolean {
  return (possible & (effect === 'deny' ? FALSE : TRUE)) !== 0
}

/** @param unread in lists: arguments are not known */
export function evaluate(
  { expression }: CompiledRule,
  variables: Variables,
  unread: boolean,
): Possible {
  return unread ? expression.judgeUnread(variables) : expression.judge(variables)
}

export function wordFor(possible: Possible): RuleValue {
  if (possible === TRUE) return 'true'
  if (possible === FALSE) return 'false'
  return (possible & (TRUE | FALSE)) === 0 ? 'error' : 'unknown'
}
