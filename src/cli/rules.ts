import { factsOf } from '../cel/check.ts'
import type { Stage } from '../cel/types.ts'
import type { Rule, Snapshot } from '../config/snapshot.ts'
import { placeOf } from '../policy/wording.ts'

/** One rule of a configuration, and what it is about. */
export type RuleRow = {
  readonly route: string
  readonly place: string
  readonly effect: Rule['effect']
  /** `requests` of an HTTP-level rule; else the kinds that it applies to. */
  readonly appliesTo: string
  readonly expression: string
}

/** Every rule of every route, in the order in which routes were written. */
export function ruleRows({ binds }: Snapshot): readonly RuleRow[] {
  return binds.flatMap(({ listeners }) =>
    listeners.flatMap(({ routes }) =>
      routes.flatMap(({ id, authorization, mcpAuthorization }) => [
        ...authorization.map(rule => row(id, rule, 'requests')),
        ...(mcpAuthorization?.rules ?? []).map(rule => row(id, rule, kindsOf(rule, 'call'))),
        ...Object.entries(mcpAuthorization?.targetRules ?? {}).flatMap(([target, rules]) =>
          rules.map(rule => row(id, rule, `${kindsOf(rule, 'call')} of ${target}`)),
        ),
      ]),
    ),
  )
}

function row(route: string, rule: Rule, appliesTo: string): RuleRow {
  const { effect, expression } = rule
  return {
    route,
    place: placeOf(rule),
    effect,
    appliesTo,
    expression: expression.replace(/\s+/g, ' '),
  }
}

function kindsOf({ expression }: Rule, stage: Stage): string {
  const { kinds } = factsOf(expression, stage)
  return kinds.length === 0 ? 'everything' : kinds.map(kind => `${kind}s`).join(', ')
}
