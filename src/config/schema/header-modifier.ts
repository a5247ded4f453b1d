import * as z from 'zod'
import { object } from './object.ts'
import { headerName, headerValue } from './value.ts'

export type HeaderModifierPolicy = {
  readonly add?: readonly HeaderPair[] | undefined
  readonly set?: readonly HeaderPair[] | undefined
  readonly remove?: readonly string[] | undefined
}

/** Name in lower case, value. */
export type HeaderPair = readonly [string, string]

export const headerPairs: z.ZodType<readonly HeaderPair[]> = z.union([
  z.record(headerName, headerValue).transform(members => Object.entries(members)),
  z
    .array(object({ name: headerName.describe('Header'), value: headerValue.describe('Value') }))
    .transform(list => list.map(({ name, value }): HeaderPair => [name, value])),
])

export const headerModifier: z.ZodType<HeaderModifierPolicy> = object({
  add: headerPairs.optional().describe('Headers to add to those that are there'),
  set: headerPairs.optional().describe('Headers to put in place of those that are there'),
  remove: z.array(headerName).optional().describe('Headers to take away'),
})
