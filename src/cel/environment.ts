import { Environment } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { Budget } from './budget.ts'
import { MEMBERS, type Stage, type TypeName, VARIABLES } from './types.ts'
import {
  AnnotationsVariable,
  IdentityVariable,
  McpVariable,
  PromptVariable,
  RequestVariable,
  ResourceVariable,
  SourceVariable,
  TaskVariable,
  ToolVariable,
} from './variables.ts'

/** Takes the place of `matches` in the form that is evaluated; operators cannot write it. */
export const MATCHES = 'matchesInLinearTime'

/** Stands around what is gone through in the form that is evaluated; operators cannot write it. */
export const SPEND = 'spendFrom'
export const BUDGET = 'budget'

/** Of one expression. Nobody needs more. */
const LIMITS = {
  maxAstNodes: 500,
  maxDepth: 32,
  maxListElements: 500,
  maxMapEntries: 100,
  maxCallArguments: 8,
}

const CONSTRUCTORS: Readonly<Record<TypeName, new (...values: never[]) => object>> = {
  Mcp: McpVariable,
  Tool: ToolVariable,
  Prompt: PromptVariable,
  Resource: ResourceVariable,
  Task: TaskVariable,
  Annotations: AnnotationsVariable,
  Identity: IdentityVariable,
  Request: RequestVariable,
  Source: SourceVariable,
}

/** What operators write is parsed and type-checked in this one. */
export const written: Readonly<Record<Stage, Environment>> = {
  http: base('http'),
  call: base('call'),
}

/** The rewritten form is parsed and evaluated in this one. */
export const inner: Readonly<Record<Stage, Environment>> = {
  http: bounded(base('http')),
  call: bounded(base('call')),
}

function base(stage: Stage): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS })
  // A type has to be there before another has members of it.
  const types = (Object.keys(MEMBERS) as TypeName[]).sort(byUse)
  for (const name of types) {
    environment.registerType(name, { ctor: CONSTRUCTORS[name], fields: { ...MEMBERS[name] } })
  }
  for (const [name, type] of Object.entries(VARIABLES[stage])) {
    environment.registerVariable(name, type)
  }
  const role = (identity: IdentityVariable, name: string, client?: string): boolean =>
    identity.hasRole(name, client)
  return environment
    .registerFunction('Identity.hasRole(string): bool', role)
    .registerFunction('Identity.hasRole(string, string): bool', role)
    .registerFunction('hasRole(string): bool', onlyRewritten)
    .registerFunction('hasRole(string, string): bool', onlyRewritten)
}

/** `Mcp` has members of most other types, `Tool` of one. */
function byUse(a: TypeName, b: TypeName): number {
  const uses = (name: TypeName): number =>
    Object.values(MEMBERS[name]).filter(type => Object.hasOwn(MEMBERS, type)).length
  return uses(a) - uses(b)
}

function onlyRewritten(): never {
  throw new TypeError('hasRole is rewritten before it is evaluated')
}

function bounded(environment: Environment): Environment {
  return environment
    .registerType('Budget', { ctor: Budget, fields: {} })
    .registerVariable(BUDGET, 'Budget')
    .registerFunction(`string.${MATCHES}(ast): bool`, linearMatch as never)
    .registerFunction(`${SPEND}(ast, ast): dyn`, spending as never)
}

/** A macro, so that the type stays that of what it stands around. */
function spending({ args }: { args: readonly Node[] }): object {
  const [budget, value] = args as readonly [Node, Node]
  return {
    typeCheck(checker: Checker, _macro: unknown, context: unknown) {
      checker.check(budget, context)
      return checker.check(value, context)
    },
    evaluate: (evaluator: Evaluator, _macro: unknown, context: unknown) =>
      (evaluator.run(budget, context) as Budget).spend(evaluator.run(value, context)),
  }
}

type Node = { readonly args: unknown }
type Checker = { check(node: Node, context: unknown): unknown; getType(name: string): unknown }
type Evaluator = { run(node: Node, context: unknown): unknown }

/** A macro, so that the pattern is compiled once, when the expression is parsed. */
function linearMatch({ args, receiver }: { args: readonly Node[]; receiver: Node }): object {
  const pattern = RE2JS.compile(String(args[0]?.args))
  return {
    typeCheck(checker: Checker, _macro: unknown, context: unknown) {
      checker.check(receiver, context)
      return checker.getType('bool')
    },
    evaluate(evaluator: Evaluator, _macro: unknown, context: unknown) {
      const text = evaluator.run(receiver, context)
      if (typeof text !== 'string') throw new TypeError('matches() needs a string')
      return pattern.matcher(text).find()
    },
  }
}
