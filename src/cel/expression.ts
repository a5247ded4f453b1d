import { type ASTNode, ParseError, serialize, TypeError as CelTypeError } from '@marcbachmann/cel-js'
import { analyse, callOf, childrenOf, type Facts, isNode, pathOf } from './analysis.ts'
import { inner, MATCHES, written } from './environment.ts'
import { type Condition, conditionWithout, ERROR, FALSE, TRUE } from './possible.ts'
import type { Problem } from './problem.ts'
import { type Stage, VARIABLES } from './types.ts'
import type { Variables } from './variables.ts'

/** A checked expression, ready to be evaluated. */
export type Expression = {
  readonly source: string
  readonly facts: Facts
  /** The value. Throws when there is none, such as for a claim that is missing. */
  readonly evaluate: (variables: Variables) => unknown
  /** What a condition comes to. */
  readonly judge: Condition
  /** The same where no arguments are known. */
  readonly judgeUnread: Condition
}

/** What may come out. Every purpose takes a value whose type is only known later. */
export type Purpose = 'condition' | 'key' | 'cost'

const RESULTS: Readonly<Record<Purpose, { readonly types: readonly string[]; readonly name: string }>> = {
  condition: { types: ['bool', 'dyn'], name: 'true or false' },
  key: { types: ['string', 'int', 'bool', 'dyn'], name: 'a string, a whole number or true or false' },
  cost: { types: ['int', 'dyn'], name: 'a whole number' },
}

/** Everything that is wrong with an expression, without evaluating it; empty: it is good. */
export function checkExpression(source: string, stage: Stage, purpose: Purpose): readonly Problem[] {
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

/**
 * @throws SyntaxError for an expression that `checkExpression` finds something wrong with
 */
export function compileExpression(source: string, stage: Stage, purpose: Purpose): Expression {
  const [problem] = checkExpression(source, stage, purpose)
  const parsed = parse(source, stage)
  if (problem !== undefined || 'message' in parsed)
    throw new SyntaxError(`${source}: ${problem?.message}`)
  const { ast } = parsed
  const { facts } = analyse(ast, stage)
  const evaluate = program(ast, stage)
  const judge = conditionOf(evaluate)
  const judgeUnread = conditionWithout(ast, readsArguments, node => conditionOf(program(node, stage)))
  return { source, facts, evaluate, judge, judgeUnread }
}

/** What is neither true nor false, such as a claim that holds a text, is an error. */
function conditionOf(evaluate: Expression['evaluate']): Condition {
  return variables => {
    try {
      const value = evaluate(variables)
      if (value === true) return TRUE
      return value === false ? FALSE : ERROR
    } catch {
      return ERROR
    }
  }
}

function readsArguments(node: ASTNode): boolean {
  if (pathOf(node)?.slice(0, 3).join('.') === 'mcp.tool.arguments') return true
  return childrenOf(node).some(readsArguments)
}

function parse(source: string, stage: Stage): ReturnType<(typeof written)['http']['parse']> | Problem {
  try {
    return written[stage].parse(source)
  } catch (error) {
    return problemOf(error, stage)
  }
}

function program(node: ASTNode, stage: Stage): (variables: Variables) => unknown {
  const parsed = inner[stage].parse(rewrite(node))
  const { valid, error } = parsed.check()
  // Also binds names to types; without it every evaluation would begin with it.
  if (!valid) throw error ?? new SyntaxError(node.input)
  return parsed
}

/** The form that is evaluated: patterns in linear time, roles of the identity. */
function rewrite(root: ASTNode): string {
  const visit = (node: ASTNode): Rewritten => {
    const call = callOf(node)
    if (call?.name === 'matches' && call.receiver !== undefined) {
      return { op: 'rcall', args: [MATCHES, visit(call.receiver), call.args.map(visit)] }
    }
    if (call?.name === 'hasRole' && call.receiver === undefined) {
      const identity = { op: 'id', args: 'identity' }
      return { op: 'rcall', args: ['hasRole', identity, call.args.map(visit)] }
    }
    return { op: node.op, args: inside(node.args) }
  }
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inside)
    return isNode(value) ? visit(value) : value
  }
  return serialize(visit(root) as unknown as ASTNode)
}

type Rewritten = { readonly op: string; readonly args: unknown }

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  int: 'a whole number',
  double: 'a number',
  bool: 'true or false',
  list: 'a list',
  map: 'a map',
}

/** What the parser or the type checker says, in other words where they can be plainer. */
function problemOf(error: unknown, stage: Stage): Problem {
  if (!(error instanceof ParseError || error instanceof CelTypeError)) throw error
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

/** What a good expression looks at. */
export function factsOf(source: string, stage: Stage): Facts {
  return analyse(written[stage].parse(source).ast, stage).facts
}
