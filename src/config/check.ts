import type * as z from 'zod'
import type { Diagnostic } from './diagnostic.ts'
import { type Document, pathText } from './document.ts'
import { toDiagnostics } from './issue.ts'
import type { PathSegment, Spot } from './resource.ts'

/** Where a piece of configuration stands that no file holds. */
export type Place = {
  /** As in `Origin`, such as `AgentgatewayPolicy shop/login`. */
  readonly source: string
  /** Dotted path of the piece, such as `spec.backend.mcp.authentication`. */
  readonly path: string
}

export type Checked<T> = {
  /** Undefined when there are problems. */
  readonly value: T | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Holds a piece of configuration from another source against the schema that files have to meet, so
 * that there is one meaning of every member. Strings are taken as they are: no variables.
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, place: Place): Checked<T> {
  const result = schema.safeParse(value)
  if (result.success) return { value: result.data, diagnostics: [] }
  const document: Document = {
    value,
    diagnostics: [],
    locate: path => spotIn(place, path),
    locateKey: path => spotIn(place, path),
    written(path) {
      const found = path.reduce<unknown>(memberOf, value)
      if (found === undefined) return undefined
      if (Array.isArray(found)) return { collection: 'list' }
      return typeof found === 'object' && found !== null
        ? { collection: 'mapping' }
        : { scalar: found }
    },
  }
  return { value: undefined, diagnostics: toDiagnostics(result.error.issues, document) }
}

/** The spot of a member below a place. */
export function spotIn({ source, path: base }: Place, path: readonly PathSegment[]): Spot {
  const rest = pathText(path)
  const separator = base === '' || rest === '' || rest.startsWith('[') ? '' : '.'
  return { origin: { source }, path: `${base}${separator}${rest}` }
}

function memberOf(value: unknown, segment: PathSegment): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<PathSegment, unknown>>)[segment]
    : undefined
}
