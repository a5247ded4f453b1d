import type { ASTNode } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { callOf, childrenOf, pathOf } from './ast.ts'
import { BUDGET } from './environment.ts'
import type { Problem } from './problem.ts'
import { isKind, isTypeName, type Kind, MEMBERS, type Stage, VARIABLES } from './types.ts'

/** What an expression looks at, found without evaluating it. */
export type Facts = {
  /** The kinds that it names; empty: it is about all of them. */
  readonly kinds: readonly Kind[]
  /** Variables and members in full, such as `mcp.tool.name` or `jwt`. */
  readonly reads: ReadonlySet<string>
  /** Scopes of its conditions `"x" in identity.scopes`. */
  readonly scopes: readonly string[]
  /** It is nothing but such conditions, all of which have to hold. */
  readonly onlyScopes: boolean
}

/** Macros that go through a list. More than two inside each other would multiply too much. */
export const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])
const MOST_NESTED_LOOPS = 2
const MOST_NESTED_BINDS = 4

/**
 * Goes through a parsed expression once. Typed variables may only be read member by member
 * (`mcp.tool.name`), never passed around, so that what is read is known exactly.
 */
export function analyse(
  root: ASTNode,
  stage: Stage,
): { readonly facts: Facts; readonly problems: readonly Problem[] } {
  const variables = VARIABLES[stage]
  const reads = new Set<string>()
  const scopes = new Set<string>()
  const problems: Problem[] = []

  const visit = (node: ASTNode, loops: number, binds: number, insideHas: boolean): void => {
    const path = pathOf(node)
    if (path !== undefined && Object.hasOwn(variables, path[0] ?? '')) {
      readMember(node, path, insideHas)
      return
    }
    const scope = scopeCondition(node)
    if (scope !== undefined) scopes.add(scope)
    const call = callOf(node)
    if (call === undefined) {
      for (const child of childrenOf(node)) visit(child, loops, binds, false)
      return
    }
    const isLoop = call.receiver !== undefined && LOOPS.has(call.name)
    const isBind = call.name === 'bind' && call.receiver?.op === 'id'
    if (call.name === 'matches') checkPattern(node, call.args)
    if (call.name === 'hasRole' && call.receiver === undefined) reads.add('identity.roles')
    if (isLoop || isBind) checkIterator(call.args[0])
    if (isLoop && loops === MOST_NESTED_LOOPS)
      fail(node, `more than ${MOST_NESTED_LOOPS} loops inside each other`)
    if (isBind && binds === MOST_NESTED_BINDS)
      fail(node, `more than ${MOST_NESTED_BINDS} bind() inside each other`)
    // `cel` of cel.bind is a name space, and the first argument a name.
    if (call.receiver !== undefined && !isBind) visit(call.receiver, loops, binds, false)
    const rest = isLoop || isBind ? call.args.slice(1) : call.args
    for (const argument of rest) {
      visit(argument, loops + Number(isLoop), binds + Number(isBind), call.name === 'has')
    }
  }

  const fail = (node: ASTNode, message: string, more: Partial<Problem> = {}): void => {
    problems.push({ message, at: node.start, ...more })
  }

  function readMember(node: ASTNode, path: readonly string[], insideHas: boolean): void {
    let type: string | undefined = variables[path[0] ?? '']
    let depth = 1
    while (isTypeName(type) && depth < path.length) {
      const members: Readonly<Record<string, string>> = MEMBERS[type]
      const member = path[depth] ?? ''
      if (!Object.hasOwn(members, member)) {
        const known = Object.keys(members)
        const whole = path.slice(0, depth).join('.')
        fail(node, `${whole} has no member ${member}`, { unknown: { word: member, known } })
        return
      }
      type = members[member]
      depth++
    }
    const read = path.slice(0, depth).join('.')
    if (isTypeName(type) && !(insideHas && depth > 1)) {
      const example = `${read}.${Object.keys(MEMBERS[type])[0]}`
      fail(node, `${read} is no value of its own`, {
        hint: `Use a member, such as ${example}`,
      })
      return
    }
    reads.add(read)
  }

  function checkPattern(node: ASTNode, [pattern]: readonly ASTNode[]): void {
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
      fail(node, 'matches() takes a pattern in quotes, known beforehand')
      return
    }
    try {
      RE2JS.compile(pattern.args)
    } catch {
      fail(
        pattern,
        `the pattern ${JSON.stringify(pattern.args)} is no regular expression in RE2 syntax`,
        {
          hint: 'RE2 has no look-around and no back references, so that it always ends soon',
        },
      )
    }
  }

  function checkIterator(name: ASTNode | undefined): void {
    if (name?.op === 'id' && (Object.hasOwn(variables, name.args) || name.args === BUDGET)) {
      fail(name, `${name.args} is a variable already`, { hint: 'Choose another name' })
    }
  }

  visit(root, 0, 0, false)
  const kinds = [...reads].map(read => read.split('.')).filter(([first]) => first === 'mcp')
  return {
    facts: {
      kinds: [...new Set(kinds.map(([, member]) => member).filter(isKind))],
      reads,
      scopes: [...scopes],
      onlyScopes: conjuncts(root).every(node => scopeCondition(node) !== undefined),
    },
    problems,
  }
}

/** The scope of `"x" in identity.scopes`. */
function scopeCondition(node: ASTNode): string | undefined {
  if (node.op !== 'in') return undefined
  const [element, list] = node.args
  const isScopes = pathOf(list)?.join('.') === 'identity.scopes'
  return isScopes && element.op === 'value' && typeof element.args === 'string'
    ? element.args
    : undefined
}

function conjuncts(node: ASTNode): readonly ASTNode[] {
  return node.op === '&&' ? node.args.flatMap(conjuncts) : [node]
}
