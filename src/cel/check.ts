import { analyse, type Facts } from './analysis.ts'
import { written } from './environment.ts'
import { type Problem, problemOf } from './problem.ts'
import type { Stage } from './types.ts'

/** What may come out. Every purpose takes a value whose type is only known later. */
export type Purpose = 'condition' | 'key' | 'cost'

const RESULTS: Readonly<
  Record<Purpose, { readonly types: readonly string[]; readonly name: string }>
> = {
  condition: { types: ['bool', 'dyn'], name: 'true or false' },
  key: {
    types: ['string', 'int', 'bool', 'dyn'],
    name: 'a string, a whole number or true or false',
  },
  cost: { types: ['int', 'dyn'], name: 'a whole number' },
}

/** Everything that is wrong with an expression, without evaluating it; empty: it is good. */
export function checkExpression(
  source: string,
  stage: Stage,
  purpose: Purpose,
): readonly Problem[] {
  const parsed = parse(source, stage)
  if ('message' in parsed) return [parsed]
  const { problems } = analyse(parsed.ast, stage)
  if (problems.length > 0) return problems
  const { valid, type = '', error } = parsed.check()
  if (!valid) return [problemOf(error, stage)]
  const { types, name } = RESULTS[purpose]
  if (types.includes(type)) return []
  return [{ message: `this gives ${TYPE_NAMES[type] ?? `a ${type}`}, expected ${name}`, at: 0 }]
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  int: 'a whole number',
  double: 'a number',
  bool: 'true or false',
  list: 'a list',
  map: 'a map',
}

/** The expression as it was written; a problem where it is none. */
export function parse(
  source: string,
  stage: Stage,
): ReturnType<(typeof written)['http']['parse']> | Problem {
  try {
    return written[stage].parse(source)
  } catch (error) {
    return problemOf(error, stage)
  }
}

/** What a good expression looks at. */
export function factsOf(source: string, stage: Stage): Facts {
  return analyse(written[stage].parse(source).ast, stage).facts
}
