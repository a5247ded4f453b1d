import type { Diagnostic } from './diagnostic.ts'
import { type Document, readDocument } from './document.ts'
import { NOTHING } from './empty.ts'
import type { Environment } from './environment.ts'
import { toDiagnostics } from './issue.ts'
import { override, overriding } from './override.ts'
import { type Configuration, configuration } from './schema/configuration.ts'

export type Parsed = {
  /** Undefined when there are errors. */
  readonly configuration: Configuration | undefined
  readonly document: Document
  /** Everything that is wrong, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[]
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
  const checked = configuration.safeParse(override(document.value, environment))
  const issues = checked.success ? [] : toDiagnostics(checked.error.issues, document)
  // A variable that is not set leaves a hole, about which the schema need not complain again.
  const holes = new Set(document.diagnostics.map(({ path }) => path))
  const diagnostics = [
    ...document.diagnostics,
    ...issues.filter(({ path }) => !holes.has(path)),
  ].sort(byPlace)
  const usable = checked.success && diagnostics.length === 0
  return { configuration: usable ? checked.data : undefined, document, diagnostics }
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

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const line = (a.origin.line ?? 0) - (b.origin.line ?? 0)
  return line === 0 ? (a.origin.column ?? 0) - (b.origin.column ?? 0) : line
}
