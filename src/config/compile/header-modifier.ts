import type { HeaderModifierPolicy } from '../schema/header-modifier.ts'
import type { HeaderModifier } from '../snapshot.ts'

/** Several modifiers as one that does what they do one after the other; undefined when there is none. */
export function compileHeaderModifier(
  ...policies: readonly (HeaderModifierPolicy | undefined)[]
): HeaderModifier | undefined {
  const given = policies.filter(policy => policy !== undefined)
  if (given.length === 0) return undefined
  return given.reduce<HeaderModifier>(
    (earlier, { add = [], set = [], remove = [] }) => {
      const replaced = new Set([...set.map(([name]) => name), ...remove])
      const kept = (pairs: HeaderModifier['add']) => pairs.filter(([name]) => !replaced.has(name))
      const added = new Set([...set, ...add].map(([name]) => name))
      return {
        set: [...kept(earlier.set), ...set],
        add: [...kept(earlier.add), ...add],
        remove: [...new Set([...earlier.remove.filter(name => !added.has(name)), ...remove])],
      }
    },
    { add: [], set: [], remove: [] },
  )
}
