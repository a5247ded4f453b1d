import * as z from 'zod'
import type { Place } from '../unsupported.ts'

/** What an issue of the schema carries for the message that is made of it. */
export type IssueDetail =
  | { readonly kind: 'unknown-key'; readonly known: readonly string[]; readonly place?: Place }
  /** `secret`: the value must not be shown. */
  | {
      readonly kind: 'expected'
      readonly expected: string
      readonly hint?: string
      readonly secret?: boolean
    }
  /** `unlessUnknown`: not worth saying where an unknown key stands beside. */
  | { readonly kind: 'sentence'; readonly hint?: string; readonly unlessUnknown?: boolean }

/**
 * A mapping with exactly these members. Each unknown key is an issue of its own at its own place.
 *
 * @param place where keys that are known but refused are looked up
 */
export function object<S extends z.core.$ZodLooseShape>(
  shape: S,
  place?: Place,
): z.ZodObject<S, z.core.$strict> {
  const params: IssueDetail = {
    kind: 'unknown-key',
    known: Object.keys(shape),
    ...(place === undefined ? {} : { place }),
  }
  const unknownKey = z.unknown().superRefine((_, context) => {
    context.addIssue({ code: 'custom', message: 'unknown key', params })
  })
  // What passes has no further members, which `catchall` cannot say.
  return z.object(shape).catchall(unknownKey) as unknown as z.ZodObject<S, z.core.$strict>
}

/** For values that a message must not show. */
export const STRING_NEEDED = 'has to be a string, in quotes when it is a number'

/**
 * A string that stands for something else.
 *
 * @param expected as in "expected a duration such as 30s"
 * @param parse the value, or undefined when the string is none
 */
export function text<T>(
  expected: string,
  parse: (value: string) => T | undefined,
  options: { readonly hint?: string; readonly secret?: boolean } = {},
): z.ZodType<T, string> {
  const error = options.secret === true ? STRING_NEEDED : `expected ${expected}`
  return z.string({ error }).transform((value, context) => {
    const parsed = parse(value)
    if (parsed !== undefined) return parsed
    const params: IssueDetail = { kind: 'expected', expected, ...options }
    context.addIssue({ code: 'custom', message: 'unexpected value', params })
    return z.NEVER
  })
}

/** Adds a check over the members of an object, which also runs when some of them are wrong. */
export function checked<T extends z.ZodType>(
  schema: T,
  check: (members: Readonly<Record<string, unknown>>, fail: Fail) => void,
): T {
  return schema.superRefine(
    (value, context) => {
      if (typeof value !== 'object' || value === null) return
      check(value as Record<string, unknown>, (message, path = [], hint) => {
        const params: IssueDetail = {
          kind: 'sentence',
          unlessUnknown: path.length === 0,
          ...(hint === undefined ? {} : { hint }),
        }
        context.addIssue({ code: 'custom', message, path: [...path], params })
      })
    },
    { when: () => true },
  ) as T
}

export type Fail = (message: string, path?: readonly (string | number)[], hint?: string) => void

/** A check that exactly one (or, with `optional`, at most one) of the members is there. */
export function oneOf(
  names: readonly string[],
  optional = false,
): (members: Readonly<Record<string, unknown>>, fail: Fail) => void {
  const list = names.join(', ')
  return (members, fail) => {
    const given = names.filter(name => members[name] !== undefined)
    if (given.length > 1) {
      fail(`${given.join(' and ')} exclude each other`, [given[1] ?? ''], `Give one of ${list}`)
    } else if (given.length === 0 && !optional) {
      fail(`one of ${list} is needed, none is given`)
    }
  }
}
