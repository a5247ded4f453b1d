import { RE2JS } from 're2js'
import type { ToolSelection } from '../../config/snapshot.ts'

/** Whether a target offers a tool through the gateway, by the name that the target gives it. */
export type Selects = (target: string, tool: string) => boolean

/** Every tool of every target. */
export const SELECTS_ALL: Selects = () => true

/**
 * The tools that the configuration lets through: all, or those that `include` names, without those that
 * `exclude` names. Patterns are RE2 and have to match the whole name.
 *
 * @param selections by target
 */
export function createSelects(selections: ReadonlyMap<string, ToolSelection>): Selects {
  const matchers = new Map(
    [...selections].map(([target, { include, exclude }]) => [
      target,
      {
        included: include === undefined ? undefined : anyOf(include),
        excluded: anyOf(exclude),
      },
    ]),
  )
  return (target, tool) => {
    const matcher = matchers.get(target)
    if (matcher === undefined) return true
    return (matcher.included?.(tool) ?? true) && !matcher.excluded(tool)
  }
}

function anyOf(patterns: ToolSelection['exclude']): (tool: string) => boolean {
  const names = new Set(patterns.filter(({ kind }) => kind === 'name').map(({ value }) => value))
  const regexes = patterns
    .filter(({ kind }) => kind === 'regex')
    .map(({ value }) => RE2JS.compile(value))
  return tool => names.has(tool) || regexes.some(regex => regex.matches(tool))
}
