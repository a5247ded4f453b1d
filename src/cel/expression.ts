import { type ASTNode, serialize } from '@marcbachmann/cel-js'
import { analyse, type Facts, LOOPS } from './analysis.ts'
import { callOf, childrenOf, isNode, pathOf } from './ast.ts'
import { checkExpression, type Purpose, parse } from './check.ts'
import { BUDGET, inner, MATCHES, SPEND } from './environment.ts'
import { type Condition, conditionWithout, ERROR, FALSE, TRUE } from './possible.ts'
import type { Stage } from './types.ts'
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
  const judgeUnread = conditionWithout(ast, readsArguments, node =>
    conditionOf(program(node, stage)),
  )
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

function program(node: ASTNode, stage: Stage): (variables: Variables) => unknown {
  const parsed = inner[stage].parse(rewrite(node))
  const { valid, error } = parsed.check()
  // Also binds names to types; without it every evaluation would begin with it.
  if (!valid) throw error ?? new SyntaxError(node.input)
  return parsed
}

/** The form that is evaluated: patterns in linear time, roles of the identity, and a budget for what is gone through. */
function rewrite(root: ASTNode): string {
  const visit = (node: ASTNode): Rewritten => {
    const call = callOf(node)
    if (call?.name === 'matches' && call.receiver !== undefined) {
      return { op: 'rcall', args: [MATCHES, spent(call.receiver), call.args.map(visit)] }
    }
    if (call?.receiver !== undefined && LOOPS.has(call.name)) {
      return { op: 'rcall', args: [call.name, spent(call.receiver), call.args.map(visit)] }
    }
    if (node.op === 'in') return { op: 'in', args: [visit(node.args[0]), spent(node.args[1])] }
    if (call?.name === 'hasRole' && call.receiver === undefined) {
      const identity = { op: 'id', args: 'identity' }
      return { op: 'rcall', args: ['hasRole', identity, call.args.map(visit)] }
    }
    return { op: node.op, args: inside(node.args) }
  }
  const spent = (node: ASTNode): Rewritten => {
    const budget = { op: 'id', args: BUDGET }
    return { op: 'call', args: [SPEND, [budget, visit(node)]] }
  }
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inside)
    return isNode(value) ? visit(value) : value
  }
  return serialize(visit(root) as unknown as ASTNode)
}

type Rewritten = { readonly op: string; readonly args: unknown }
