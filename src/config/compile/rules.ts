import type { Stage } from '../../cel/types.ts'
import type { Locate } from '../resource.ts'
import type { RuleConfig } from '../schema/authorization.ts'
import type { Rule } from '../snapshot.ts'
import { checkCel } from './expression.ts'
import type { Report } from './report.ts'

/** The rules of one level that are good; what is wrong with others is reported. */
export function compileRules(
  configs: readonly RuleConfig[],
  stage: Stage,
  locate: Locate,
  report: Report,
): readonly Rule[] {
  return configs.flatMap((config, index): Rule[] => {
    const written = typeof config === 'string' ? { allow: config } : config
    const effect = EFFECTS.find(one => written[one] !== undefined)
    if (effect === undefined) return []
    const expression = written[effect] ?? ''
    const spot = typeof config === 'string' ? locate(index) : locate(index, effect)
    return checkCel(expression, stage, 'condition', spot, report)
      ? [{ effect, expression, ...spot }]
      : []
  })
}

const EFFECTS = ['deny', 'require', 'allow'] as const
