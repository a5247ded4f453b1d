import type * as z from 'zod'
import { type HeaderLocation, headerLocation } from './backend-auth.ts'
import { checked, object, oneOf } from './object.ts'
import { nonEmpty } from './value.ts'

/** Where a request carries its token; one is given. */
export type TokenLocationConfig = {
  readonly header?: HeaderLocation | undefined
  readonly queryParameter?: { readonly name: string } | undefined
  readonly cookie?: { readonly name: string } | undefined
}

const named = object({ name: nonEmpty.describe('Its name') })

export const tokenLocation: z.ZodType<TokenLocationConfig> = checked(
  object(
    {
      header: headerLocation.optional().describe('A header'),
      queryParameter: named.optional().describe('A parameter of the URL; it ends up in logs'),
      cookie: named.optional().describe('A cookie'),
    },
    'location',
  ),
  oneOf(['header', 'queryParameter', 'cookie']),
)
