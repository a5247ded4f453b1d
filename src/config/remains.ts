import type { PathSegment } from './resource.ts'

/** A value without the parts that have problems, and where in the whole the rest of it stood. */
export type Remains = {
  readonly value: unknown
  /** The path that a path of what remains had in the whole. */
  readonly original: (path: readonly PathSegment[]) => readonly PathSegment[]
  /** What remains without these parts, which are named by paths of what remains. */
  readonly without: (paths: readonly (readonly PathSegment[])[]) => Remains
}

/** Nothing taken away yet. */
export function remainsOf(whole: unknown): Remains {
  return remains(whole, new WeakMap())
}

/** For each list the places that its elements had before others were taken out. */
type Places = WeakMap<object, readonly number[]>

function remains(value: unknown, places: Places): Remains {
  return {
    value,
    original(path) {
      let at = value
      return path.map(segment => {
        const own = Array.isArray(at) ? places.get(at)?.[Number(segment)] : undefined
        at = memberOf(at, segment)
        return own ?? segment
      })
    },
    without(paths) {
      const gone = new Set(paths.map(path => JSON.stringify(present(value, path))))
      return remains(copy(value, [], gone, places), places)
    },
  }
}

/** A part that is missing takes what it is missing from with it. */
function present(value: unknown, path: readonly PathSegment[]): readonly PathSegment[] {
  let at = value
  for (const [index, segment] of path.entries()) {
    const next = memberOf(at, segment)
    if (next === undefined) return path.slice(0, index)
    at = next
  }
  return path
}

function copy(
  value: unknown,
  path: readonly PathSegment[],
  gone: ReadonlySet<string>,
  places: Places,
): unknown {
  if (typeof value !== 'object' || value === null) return value
  const kept = (segment: PathSegment): boolean => !gone.has(JSON.stringify([...path, segment]))
  if (!Array.isArray(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => kept(name))
        .map(([name, member]) => [name, copy(member, [...path, name], gone, places)]),
    )
  const indices = [...value.keys()].filter(kept)
  const list = indices.map(index => copy(value[index], [...path, index], gone, places))
  places.set(
    list,
    indices.map(index => places.get(value)?.[index] ?? index),
  )
  return list
}

function memberOf(value: unknown, segment: PathSegment): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, segment)
    ? (value as Readonly<Record<PathSegment, unknown>>)[segment]
    : undefined
}
