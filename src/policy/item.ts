import type { Kind } from '../cel/types.ts'
import { celMap } from '../cel/values.ts'
import {
  AnnotationsVariable,
  type ItemVariable,
  PromptVariable,
  ResourceVariable,
  TaskVariable,
  ToolVariable,
} from '../cel/variables.ts'

/** What a call or the entry of a list is about, by the name that its target gives it. */
export type Item = {
  readonly kind: Kind
  readonly name: string
  readonly target: string
  /** Of a tool, as its server wrote them; undefined: the tool was not seen in a list yet. */
  readonly annotations?: Readonly<Record<string, unknown>> | undefined
}

/**
 * The item as expressions see it. Arguments that are too large to be looked at are missing for them.
 *
 * @param given arguments of the call; undefined in lists
 */
export function itemVariable(item: Item, given: object | undefined): ItemVariable {
  const { kind, name, target, annotations } = item
  if (kind === 'prompt') return new PromptVariable(name, target)
  if (kind === 'resource') return new ResourceVariable(name, target)
  if (kind === 'task') return new TaskVariable(name, target)
  return new ToolVariable(
    name,
    target,
    given && argumentsOf(given),
    annotations && new AnnotationsVariable(annotations),
  )
}

function argumentsOf(given: object): Readonly<Record<string, unknown>> | undefined {
  try {
    return celMap(given)
  } catch {
    return undefined
  }
}
