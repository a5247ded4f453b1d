import type { ASTNode } from '@marcbachmann/cel-js'
import type { Variables } from './variables.ts'

/** What a condition may come to, as a set: while arguments are not known it may be more than one. */
export type Possible = number
export const TRUE: Possible = 1
export const FALSE: Possible = 2
export const ERROR: Possible = 4
const ANY: Possible = TRUE | FALSE | ERROR

/** Never throws. */
export type Condition = (variables: Variables) => Possible

/**
 * A condition that is evaluated without arguments: what reads them may come to anything, and the rest
 * decides as far as it can. `&&` and `||` absorb errors, as in CEL.
 *
 * @param depends whether a part reads what is not known
 * @param compile a part that does not
 */
export function conditionWithout(
  node: ASTNode,
  depends: (node: ASTNode) => boolean,
  compile: (node: ASTNode) => Condition,
): Condition {
  if (!depends(node)) return compile(node)
  const part = (one: ASTNode): Condition => conditionWithout(one, depends, compile)
  if (node.op === '&&' || node.op === '||') {
    const [left, right] = node.args.map(part) as [Condition, Condition]
    const absorbing = node.op === '&&' ? FALSE : TRUE
    return variables => join(left(variables), right(variables), absorbing)
  }
  if (node.op === '!_') {
    const inner = part(node.args)
    return variables => negated(inner(variables))
  }
  return () => ANY
}

/** All that comes of each with each. */
function join(left: Possible, right: Possible, absorbing: Possible): Possible {
  let all = 0
  for (const a of SINGLE) {
    for (const b of SINGLE) {
      if ((left & a) !== 0 && (right & b) !== 0) all |= joinOne(a, b, absorbing)
    }
  }
  return all
}

const SINGLE = [TRUE, FALSE, ERROR]

function joinOne(a: Possible, b: Possible, absorbing: Possible): Possible {
  if (a === absorbing || b === absorbing) return absorbing
  if (a === ERROR || b === ERROR) return ERROR
  return absorbing === FALSE ? TRUE : FALSE
}

function negated(possible: Possible): Possible {
  const turned = ((possible & TRUE) !== 0 ? FALSE : 0) | ((possible & FALSE) !== 0 ? TRUE : 0)
  return turned | (possible & ERROR)
}
