import type { Diagnostic } from '../diagnostic.ts'
import type { Spot } from '../resource.ts'

/** Collects what is wrong with the resources; the same twice (a route on two listeners) counts once. */
export type Report = {
  readonly error: (spot: Spot, message: string, hint?: string) => void
  readonly warn: (spot: Spot, message: string, hint?: string) => void
  readonly diagnostics: () => readonly Diagnostic[]
}

export function createReport(): Report {
  const found = new Map<string, Diagnostic>()
  const add =
    (severity: Diagnostic['severity']) =>
    ({ origin, path }: Spot, message: string, hint?: string) => {
      const diagnostic = {
        severity,
        origin,
        path,
        message,
        ...(hint === undefined ? {} : { hint }),
      }
      const key = JSON.stringify(diagnostic)
      if (!found.has(key)) found.set(key, diagnostic)
    }
  return { error: add('error'), warn: add('warning'), diagnostics: () => [...found.values()] }
}
