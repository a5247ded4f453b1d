import type { ScopeRequirement } from '../config/snapshot.ts'
import type { Item } from './item.ts'

/** The scopes that a call needs by configuration, each once. */
export type RequiredScopes = (method: string, item: Item | undefined) => readonly string[]

type Matcher = (text: string) => boolean

export function createRequiredScopes(requirements: readonly ScopeRequirement[]): RequiredScopes {
  const compiled = requirements.map(requirement => ({
    scopes: requirement.scopes,
    applies: compile(requirement),
  }))
  return (method, item) => [
    ...new Set(
      compiled.filter(({ applies }) => applies(method, item)).flatMap(({ scopes }) => scopes),
    ),
  ]
}

function compile(
  requirement: ScopeRequirement,
): (method: string, item: Item | undefined) => boolean {
  const method = anyOf(requirement.methods)
  const target = anyOf(requirement.targets)
  const names = {
    tool: anyOf(requirement.tools),
    prompt: anyOf(requirement.prompts),
    resource: anyOf(requirement.resources),
    task: undefined,
  }
  const namesItems = Object.values(names).some(matcher => matcher !== undefined)
  return (calledMethod, item) => {
    if (method?.(calledMethod) === false) return false
    if (target !== undefined && (item === undefined || !target(item.target))) return false
    if (!namesItems) return true
    return item !== undefined && names[item.kind]?.(item.name) === true
  }
}

/** `*` stands for any number of characters; undefined: nothing was said. */
function anyOf(patterns: readonly string[] | undefined): Matcher | undefined {
  if (patterns === undefined) return undefined
  const matchers = patterns.map(glob)
  return text => matchers.some(matches => matches(text))
}

/** In linear time for one `*`, and without backtracking over more than the last one for several. */
function glob(pattern: string): Matcher {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text => text === pattern
  return text => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    const end = text.length - last.length
    for (const part of rest) {
      const found = text.indexOf(part, at)
      if (found === -1 || found + part.length > end) return false
      at = found + part.length
    }
    return at <= end
  }
}
