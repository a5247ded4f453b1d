import { checkExpression, type Purpose } from '../../cel/check.ts'
import type { Stage } from '../../cel/types.ts'
import { nearest } from '../nearest.ts'
import type { Spot } from '../resource.ts'
import type { Report } from './report.ts'

/** Reports what is wrong with a CEL expression; true: nothing is. */
export function checkCel(
  expression: string,
  stage: Stage,
  purpose: Purpose,
  spot: Spot,
  report: Report,
): boolean {
  const problems = checkExpression(expression, stage, purpose)
  for (const { message, at, hint, unknown } of problems) {
    const candidate = unknown && nearest(unknown.word, unknown.known)
    const suggestion =
      candidate === undefined ? knownOnes(unknown?.known) : `Did you mean ${candidate}?`
    report.error(
      spot,
      `${message}, at character ${at + 1} of ${show(expression)}`,
      hint ?? suggestion,
    )
  }
  return problems.length === 0
}

const MOST_LISTED = 10
const LONGEST_SHOWN = 60

function knownOnes(known: readonly string[] | undefined): string | undefined {
  return known === undefined || known.length > MOST_LISTED
    ? undefined
    : `Known are ${known.join(', ')}`
}

function show(expression: string): string {
  const line = expression.replace(/\s+/g, ' ')
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line
}
