import type { ASTNode } from '@marcbachmann/cel-js'

/** `["mcp", "tool", "name"]` for `mcp.tool.name` and `mcp["tool"].name`; undefined for what is no such chain. */
export function pathOf(node: ASTNode): readonly string[] | undefined {
  if (node.op === 'id') return [node.args]
  if (node.op === '.') {
    const before = pathOf(node.args[0])
    return before && [...before, node.args[1]]
  }
  if (node.op !== '[]') return undefined
  const [object, index] = node.args
  const before = pathOf(object)
  if (before === undefined || index.op !== 'value' || typeof index.args !== 'string')
    return undefined
  return [...before, index.args]
}

export type CallNode = {
  readonly name: string
  readonly receiver: ASTNode | undefined
  readonly args: readonly ASTNode[]
}

export function callOf(node: ASTNode): CallNode | undefined {
  if (node.op === 'call') return { name: node.args[0], receiver: undefined, args: node.args[1] }
  if (node.op === 'rcall') return { name: node.args[0], receiver: node.args[1], args: node.args[2] }
  return undefined
}

export function childrenOf(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = []
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) collect(one)
    else if (isNode(value)) found.push(value)
  }
  collect(node.args)
  return found
}

export function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
