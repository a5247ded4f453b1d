/** Where a piece of configuration was written; `line` and `column` count from 1. */
export type Origin = {
  /** File name as the operator gave it, `<stdin>`, `<command line>`, or `Kind namespace/name`. */
  readonly source: string
  readonly line?: number
  readonly column?: number
}

/** A problem with the configuration, as data. Errors keep a configuration from being used. */
export type Diagnostic = {
  readonly severity: 'error' | 'warning'
  readonly origin: Origin
  /** Dotted path inside the document, such as `binds[0].listeners[0].routes[1].policies.cors`. */
  readonly path: string
  /** What was got and what was wanted, one sentence without a final full stop. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

/** `portcullis.yaml:14:9 mcpAuthentication.issuer: expected an https URL, got "foo". Hint: …` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { origin, path, message, hint, severity } = diagnostic
  const place = [origin.source, origin.line, origin.column].filter(part => part !== undefined)
  const where = path === '' ? place.join(':') : `${place.join(':')} ${path}`
  return `${severity}: ${where}: ${message}${hint === undefined ? '' : `. ${hint}`}`
}

/** In the order of the text. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  const line = (a.origin.line ?? 0) - (b.origin.line ?? 0)
  return line === 0 ? (a.origin.column ?? 0) - (b.origin.column ?? 0) : line
}
