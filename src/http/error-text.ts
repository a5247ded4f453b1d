/** What went wrong on the wire, for logs: the parts of an error that stands for several attempts, else its message. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ')
  return error instanceof Error ? error.message : String(error)
}
