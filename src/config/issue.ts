import type * as z from 'zod'
import type { Diagnostic } from './diagnostic.ts'
import { type Document, pathText, type Written } from './document.ts'
import { nearest } from './nearest.ts'
import type { PathSegment } from './resource.ts'
import type { IssueDetail } from './schema/object.ts'
import { policyMembers } from './schema/policies.ts'
import { type Place, whyUnsupported } from './unsupported.ts'

type Issue = z.core.$ZodIssue
type Message = { readonly message: string; readonly hint?: string | undefined }

/** What the schema found wrong, as diagnostics with the places where it was written. */
export function toDiagnostics(issues: readonly Issue[], document: Document): Diagnostic[] {
  const located = issues.flatMap(issue => flatten(issue, []))
  const unknownIn = new Set(
    located
      .filter(({ issue }) => detailOf(issue)?.kind === 'unknown-key')
      .map(({ path }) => pathText(path.slice(0, -1))),
  )
  return located
    .filter(({ issue, path }) => {
      const detail = detailOf(issue)
      const isFollowUp = detail?.kind === 'sentence' && detail.unlessUnknown === true
      return !(isFollowUp && unknownIn.has(pathText(path)))
    })
    .map(({ issue, path }) => {
      const detail = detailOf(issue)
      const spot = detail?.kind === 'unknown-key' ? document.locateKey(path) : document.locate(path)
      const { message, hint } = describe(issue, path, document.written(path))
      return { severity: 'error', ...spot, message, ...(hint === undefined ? {} : { hint }) }
    })
}

/** Where the schema found something wrong. */
export function pathsOf(issues: readonly Issue[]): (readonly PathSegment[])[] {
  return issues.flatMap(issue => flatten(issue, [])).map(({ path }) => path)
}

type Located = { readonly issue: Issue; readonly path: readonly PathSegment[] }

/** Of the ways to write a value, the one that the operator chose is the one whose type fits. */
function flatten(issue: Issue, base: readonly PathSegment[]): Located[] {
  const path = [
    ...base,
    ...issue.path.map(segment => (typeof segment === 'number' ? segment : String(segment))),
  ]
  if (issue.code === 'invalid_union') {
    const chosen = issue.errors.find(errors => !errors.some(isTypeMismatch))
    if (chosen !== undefined) return chosen.flatMap(inner => flatten(inner, path))
  }
  if (issue.code === 'invalid_key') return issue.issues.flatMap(inner => flatten(inner, path))
  return [{ issue, path }]
}

function isTypeMismatch(issue: Issue): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_union')
    return issue.errors.every(errors => errors.some(isTypeMismatch))
  return issue.code === 'invalid_type'
}

function detailOf(issue: Issue): IssueDetail | undefined {
  return issue.code === 'custom' ? (issue.params as IssueDetail | undefined) : undefined
}

function describe(
  issue: Issue,
  path: readonly PathSegment[],
  written: Written | undefined,
): Message {
  const detail = detailOf(issue)
  if (detail?.kind === 'unknown-key') return unknownKey(String(path.at(-1)), detail)
  if (detail?.kind === 'expected') {
    const got = detail.secret === true ? '' : `, got ${show(written)}`
    const hint = detail.hint ?? suggestion(written, detail.expected)
    return { message: `expected ${detail.expected}${got}`, hint }
  }
  if (detail?.kind === 'sentence') return { message: issue.message, hint: detail.hint }

  if (!NOT_WHOLE.test(issue.message)) return { message: issue.message }
  const expected = expectation(issue)
  if (expected === undefined) return { message: issue.message }
  if (written === undefined) return { message: `is missing, expected ${expected}` }
  return {
    message: `expected ${expected}, got ${show(written)}`,
    hint: quoteHint(expected, written),
  }
}

function unknownKey(
  key: string,
  { known, place }: Extract<IssueDetail, { kind: 'unknown-key' }>,
): Message {
  const status = place === undefined ? undefined : whyUnsupported(key, place)
  if (status === 'later') return { message: `${key} is not supported yet`, hint: 'Remove it' }
  if (status === 'outside') {
    return { message: `${key} is outside of what Portcullis does`, hint: 'Remove it' }
  }
  const message = `unknown key ${key}`
  if (isPolicy(key) && (place === 'route' || place === 'listener' || place === 'bind')) {
    return { message, hint: `${key} belongs below \`policies\` of a route` }
  }
  const candidate = nearest(key, known)
  if (candidate !== undefined) return { message, hint: `Did you mean ${candidate}?` }
  if (known.length === 0) return { message, hint: 'Nothing may stand here' }
  return { message, hint: `Known are ${known.join(', ')}` }
}

function isPolicy(key: string): boolean {
  return (
    Object.hasOwn(policyMembers, key) ||
    whyUnsupported(key, 'policies' satisfies Place) !== undefined
  )
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
}

const EXPECTED = 'expected '
/** Messages to be completed: ours with what was got, and those of the library, which are put in other words. */
const NOT_WHOLE = /^(expected |Invalid |Too |Unrecognized )/

/** What the schema wanted, in words of YAML; undefined when the message of the issue says it all. */
function expectation(issue: Issue): string | undefined {
  if (issue.message.startsWith(EXPECTED)) return issue.message.slice(EXPECTED.length)
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected
    case 'invalid_union': {
      const kinds = issue.errors.flatMap(errors => errors.filter(isTypeMismatch).map(expectation))
      const named = [...new Set(kinds.filter(kind => kind !== undefined))]
      return named.length > 0 ? named.join(' or ') : undefined
    }
    case 'too_small':
      return issue.origin === 'array'
        ? 'a list that is not empty'
        : `a number not below ${issue.minimum}`
    case 'too_big':
      return `a number not above ${issue.maximum}`
    default:
      return undefined
  }
}

const LONGEST_SHOWN = 80

function show(written: Written | undefined): string {
  if (written === undefined) return 'nothing'
  if ('collection' in written) return `a ${written.collection}`
  if (written.scalar === null) return 'nothing'
  // Credentials in a URL are a mistake that must not end up in a log.
  const text = JSON.stringify(written.scalar).replace(/\/\/[^/@"]*@/g, '//…@')
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}

function suggestion(written: Written | undefined, expected: string): string | undefined {
  const words = /^one of (.*)$/.exec(expected)?.[1]?.split(', ')
  if (words === undefined || written === undefined || !('scalar' in written)) return undefined
  const candidate = nearest(String(written.scalar), words)
  return candidate === undefined ? undefined : `Did you mean ${candidate}?`
}

function quoteHint(expected: string, written: Written): string | undefined {
  if (!('scalar' in written) || !expected.includes('a string')) return undefined
  const { scalar } = written
  return typeof scalar === 'number' || typeof scalar === 'boolean'
    ? `Put it in quotes: "${scalar}"`
    : undefined
}
