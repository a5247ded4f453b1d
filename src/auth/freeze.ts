/**
 * Freezes a value and everything in it, without recursion, so that no depth of nesting overflows the
 * stack. Objects with private state (`Secret`) stay usable.
 */
export function freezeDeep<T extends object>(value: T): T {
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue
    open.push(...Object.values(Object.freeze(next)))
  }
  return value
}
