import { ParseError, TypeError as TypeProblem } from '@marcbachmann/cel-js'
import { written } from './environment.ts'
import { type Stage, VARIABLES } from './types.ts'

/** What is wrong with an expression. */
export type Problem = {
  readonly message: string
  /** Of the first character that it is about, from 0. */
  readonly at: number
  readonly hint?: string
  /** A word that is not known, and the ones that are: for a suggestion. */
  readonly unknown?: { readonly word: string; readonly known: readonly string[] }
}

/** What the parser or the type checker says, in other words where they can be plainer. */
export function problemOf(error: unknown, stage: Stage): Problem {
  if (!(error instanceof ParseError || error instanceof TypeProblem)) throw error
  const { summary, code, range } = error
  const at = range?.start ?? 0
  const variable = /^Unknown variable: (.*)$/.exec(summary)?.[1]
  if (variable !== undefined) {
    return {
      message: `there is no variable ${variable} here`,
      at,
      unknown: { word: variable, known: Object.keys(VARIABLES[stage]) },
    }
  }
  const called = /^found no matching overload for '(?:.*\.)?(\w+)\((.*)\)'$/.exec(summary)
  if (called !== null) {
    const [, name = '', types] = called
    const known = functions(stage)
    return known.includes(name)
      ? { message: `${name}() does not take (${types})`, at }
      : { message: `there is no function ${name}`, at, unknown: { word: name, known } }
  }
  const compared = /^no such overload: (.*)$/.exec(summary)?.[1]
  if (compared !== undefined) return { message: `types do not fit together: ${compared}`, at }
  if (code === 'unexpected_token' && summary.endsWith('EOF')) {
    return { message: 'the expression ends too early', at }
  }
  return { message: summary, at }
}

function functions(stage: Stage): readonly string[] {
  const declared = written[stage].getDefinitions().functions.map(({ name }) => name)
  return [...new Set([...declared, 'has', 'exists', 'exists_one', 'all', 'map', 'filter'])]
}
