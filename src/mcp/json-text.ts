import { eachElement, eachMember, type Span, valueAt, valueStart } from './json-scan.ts'

/**
 * Edits to JSON text that leave every other byte alone.
 *
 * A gateway that parses and re-serialises loses numbers beyond 2^53, member order, duplicate members
 * and spelling. Where one value has to change, an id or a name, its place in the text is looked up
 * and only that is replaced.
 */

/** Member names and array indices from the root to a value. */
export type Path = readonly (string | number)[]

/** What to put at a path, as JSON text. */
export type Change = readonly [path: Path, text: string]

/**
 * Where the value at a path of object members lies, as `JSON.parse` would see it: of a repeated
 * member the last one counts.
 *
 * @param text valid JSON (not checked: the caller has parsed it)
 * @param path member names, such as `['params', 'name']`
 * @returns undefined when a member is missing or its parent is no object
 */
export function locate(text: string, path: readonly string[]): Span | undefined {
  if (path.length === 0) return valueAt(text, 0)
  let span: Span = [valueStart(text), text.length]
  for (const wanted of path) {
    let found: Span | undefined
    eachMember(text, span[0], (name, from, to) => {
      if (name === wanted) found = [from, to]
    })
    if (found === undefined) return undefined
    span = found
  }
  return span
}

/** The JSON text at a path of object members; undefined when there is none. */
export function textAt(text: string, path: readonly string[]): string | undefined {
  const span = locate(text, path)
  return span && text.slice(...span)
}

/** The JSON texts of the elements of the array at a path; empty when there is none. */
export function elementsAt(text: string, path: readonly string[]): string[] {
  const elements: string[] = []
  const span = locate(text, path)
  if (span !== undefined)
    eachElement(text, span[0], (_index, from, to) => elements.push(text.slice(from, to)))
  return elements
}

/** Names and JSON texts of the members of the object at a path, each name once; empty when there is none. */
export function membersAt(text: string, path: readonly string[]): Map<string, string> {
  const members = new Map<string, string>()
  const span = locate(text, path)
  if (span !== undefined)
    eachMember(text, span[0], (name, from, to) => members.set(name, text.slice(from, to)))
  return members
}

type Plan = { text: string | undefined; readonly below: Map<string | number, Plan> }

/**
 * The text with the value at each path replaced; paths that lead nowhere change nothing. The text is
 * walked once, however many changes there are.
 */
export function edit(text: string, changes: readonly Change[]): string {
  if (changes.length === 0) return text
  const root: Plan = { text: undefined, below: new Map() }
  for (const [path, replacement] of changes) {
    let plan = root
    for (const step of path) {
      let next = plan.below.get(step)
      if (next === undefined) {
        next = { text: undefined, below: new Map() }
        plan.below.set(step, next)
      }
      plan = next
    }
    plan.text = replacement
  }
  const edits: { readonly span: Span; readonly text: string }[] = []
  const work: [Plan, Span][] = [[root, valueAt(text, 0)]]
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    const [plan, span] = item
    if (plan.text !== undefined) edits.push({ span, text: plan.text })
    else work.push(...steps(text, plan, span))
  }
  edits.sort((a, b) => a.span[0] - b.span[0])
  let result = ''
  let from = 0
  for (const { span, text: replacement } of edits) {
    result += text.slice(from, span[0]) + replacement
    from = span[1]
  }
  return result + text.slice(from)
}

/** The planned values directly below one value; of a repeated member the last. */
function steps(text: string, { below }: Plan, [start]: Span): [Plan, Span][] {
  const found = new Map<string | number, [Plan, Span]>()
  const visit = (step: string | number, from: number, to: number): void => {
    const plan = below.get(step)
    if (plan !== undefined) found.set(step, [plan, [from, to]])
  }
  eachMember(text, start, visit)
  eachElement(text, start, visit)
  return [...found.values()]
}
