import { factsOf } from '../../cel/check.ts'
import type { Stage } from '../../cel/types.ts'
import type { Locate, Spot } from '../resource.ts'
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
    if (!checkCel(expression, stage, 'condition', spot, report)) return []
    checkKinds(expression, stage, spot, report)
    return [{ effect, expression, ...spot }]
  })
}

/** Only one kind is there at a time, and reading another one is an error. */
function checkKinds(expression: string, stage: Stage, spot: Spot, report: Report): void {
  const { kinds, reads } = factsOf(expression, stage)
  if (kinds.length < 2 || kinds.every(kind => reads.has(`mcp.${kind}`))) return
  const tests = kinds.map(kind => `has(mcp.${kind})`).join(', ')
  report.warn(
    spot,
    `the rule names ${kinds.map(kind => `mcp.${kind}`).join(' and ')}, of which only one is there at a time`,
    `Ask for each with ${tests} first, or write a rule for each`,
  )
}

const EFFECTS = ['deny', 'require', 'allow'] as const
