import { Secret } from './secret.ts'

/** A copy of plain data in which every path of a `FileReference` has gone through `change`. */
export function mapFiles<T>(value: T, change: (path: string) => string): T {
  return copy(value, change) as T
}

/** Paths of all files that the data names, without repetition. */
export function filesOf(value: unknown): readonly string[] {
  const found = new Set<string>()
  copy(value, path => {
    found.add(path)
    return path
  })
  return [...found]
}

function copy(value: unknown, change: (path: string) => string): unknown {
  if (Array.isArray(value)) return value.map(item => copy(item, change))
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value
  const { kind, path } = value as { readonly kind?: unknown; readonly path?: unknown }
  if (kind === 'file' && typeof path === 'string') return { ...value, path: change(path) }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, copy(member, change)]),
  )
}
