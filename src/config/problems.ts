import { type CompileContext, compile } from './compile.ts'
import { byPlace, type Diagnostic } from './diagnostic.ts'
import type { Loaded } from './load.ts'

/**
 * All problems of a text that cannot be used: those that loading found, and those that compiling finds in
 * the policies that are left. What may only follow from the first is not told.
 */
export function allProblems(
  { diagnostics, remains = [] }: Pick<Loaded, 'diagnostics' | 'remains'>,
  context: CompileContext,
): readonly Diagnostic[] {
  if (remains.length === 0) return diagnostics
  const more = compile(remains, context).diagnostics.filter(
    one =>
      one.severity === 'error' &&
      policyOf(one) !== undefined &&
      !diagnostics.some(known => leadsTo(known, one)),
  )
  return [...diagnostics, ...more].sort(byPlace)
}

/** Whether the second problem is about the same part, or about what the first one left out of a policy. */
function leadsTo(first: Diagnostic, second: Diagnostic): boolean {
  if (isWithin(second.path, first.path) || isWithin(first.path, second.path)) return true
  if (policyOf(first) !== policyOf(second)) return false
  const words = new Set(`${second.message} ${second.hint ?? ''}`.match(/\w+/g))
  return namesIn(first).some(name => words.has(name))
}

/**
 * The policy that a problem is in. Elsewhere one thing leads to another, as a listener that is left out to the
 * route that names it.
 */
function policyOf({ path }: Diagnostic): string | undefined {
  return /^.*(?:^|\.)policies\.\w+/.exec(path)?.[0]
}

/** The member that a problem is about, and what it should have been called. */
function namesIn({ path, hint = '' }: Diagnostic): readonly string[] {
  const [name = ''] = /[^.[\]]+(?=(?:\[\d+\])*$)/.exec(path) ?? []
  const [, meant] = /^Did you mean (\w+)\?$/.exec(hint) ?? []
  return meant === undefined ? [name] : [name, meant]
}

function isWithin(path: string, around: string): boolean {
  return path === around || (path.startsWith(around) && /^[.[]/.test(path.slice(around.length)))
}
