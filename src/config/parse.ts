import { byPlace, type Diagnostic } from './diagnostic.ts'
import { type Document, readDocument } from './document.ts'
import { NOTHING } from './empty.ts'
import type { Environment } from './environment.ts'
import { pathsOf, toDiagnostics } from './issue.ts'
import { override, overriding } from './override.ts'
import { remainsOf } from './remains.ts'
import type { PathSegment } from './resource.ts'
import { type Configuration, configuration } from './schema/configuration.ts'

export type Parsed = {
  /** Undefined when there are errors. */
  readonly configuration: Configuration | undefined
  /** Where there are errors: what is left without the parts that have them, if that makes sense. */
  readonly remains?: Remaining | undefined
  readonly document: Document
  /** Everything that is wrong, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[]
}

export type Remaining = {
  readonly configuration: Configuration
  /** The path in the document of a path in this configuration. */
  readonly original: (path: readonly PathSegment[]) => readonly PathSegment[]
}

/** Reads the text of a configuration and checks it against the schema. Never throws. */
export function parse(text: string, source: string, environment: Environment): Parsed {
  const document = withOverrides(readDocument(text, source, environment), environment)
  if (document.diagnostics.some(({ path }) => path === '')) {
    return { configuration: undefined, document, diagnostics: document.diagnostics }
  }
  if (document.value === null || document.value === undefined) {
    const diagnostic: Diagnostic = { severity: 'error', ...document.locate([]), ...NOTHING }
    return { configuration: undefined, document, diagnostics: [diagnostic] }
  }
  const whole = override(document.value, environment)
  const checked = configuration.safeParse(whole)
  const issues = checked.success ? [] : toDiagnostics(checked.error.issues, document)
  // A variable that is not set leaves a hole, about which the schema need not complain again.
  const holes = new Set(document.diagnostics.map(({ path }) => path))
  const diagnostics = [
    ...document.diagnostics,
    ...issues.filter(({ path }) => !holes.has(path)),
  ].sort(byPlace)
  const usable = checked.success && diagnostics.length === 0
  if (usable) return { configuration: checked.data, document, diagnostics }
  return { configuration: undefined, remains: remaining(whole), document, diagnostics }
}

const MOST_ROUNDS = 20

/** Takes out what has problems, and what has problems without it, until the rest has none. */
function remaining(whole: unknown): Remaining | undefined {
  let rest = remainsOf(whole)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const checked = configuration.safeParse(rest.value)
    if (checked.success) return { configuration: checked.data, original: rest.original }
    rest = rest.without(pathsOf(checked.error.issues))
  }
  return undefined
}

/** Diagnostics about what a variable decides point at the variable. */
function withOverrides(document: Document, environment: Environment): Document {
  return {
    ...document,
    locate(path) {
      const name = overriding(path, environment)
      const spot = document.locate(path)
      return name === undefined ? spot : { ...spot, origin: { source: `environment ${name}` } }
    },
    written: path =>
      overriding(path, environment) === undefined ? document.written(path) : undefined,
  }
}
