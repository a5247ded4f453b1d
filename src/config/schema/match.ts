import * as z from 'zod'
import { checked, object, oneOf, text } from './object.ts'
import { headerName, nonEmpty, regex } from './value.ts'

export type MatchConfig = {
  readonly path?: PathMatchConfig | undefined
  readonly method?: string | undefined
  readonly headers?: readonly NamedMatchConfig[] | undefined
  readonly query?: readonly NamedMatchConfig[] | undefined
}

export type PathMatchConfig = {
  readonly exact?: string | undefined
  readonly pathPrefix?: string | undefined
  readonly regex?: string | undefined
}

export type NamedMatchConfig = {
  readonly name: string
  readonly value: { readonly exact?: string | undefined; readonly regex?: string | undefined }
}

/** An absolute path as requests carry it: no query, no empty, `.` or `..` segments. */
export const path: z.ZodType<string, string> = text(
  'a path that starts with / and has no query, fragment, // and .. in it',
  value =>
    /^\/[^?#\s]*$/.test(value) &&
    !value.includes('//') &&
    !value.split('/').some(segment => segment === '.' || segment === '..')
      ? value
      : undefined,
)

const pathMatch: z.ZodType<PathMatchConfig> = checked(
  object({
    exact: path.optional().describe('The whole path'),
    pathPrefix: path
      .optional()
      .describe('Whole leading segments: /mcp matches /mcp and /mcp/x, not /mcpx'),
    regex: regex.optional().describe('A pattern (RE2 syntax) that the whole path has to match'),
  }),
  oneOf(['exact', 'pathPrefix', 'regex']),
)

const valueMatch: z.ZodType<NamedMatchConfig['value']> = checked(
  object({
    exact: z.string().optional().describe('The whole value'),
    regex: regex.optional().describe('A pattern (RE2 syntax) that the whole value has to match'),
  }),
  oneOf(['exact', 'regex']),
)

export const match: z.ZodType<MatchConfig> = object({
  path: pathMatch.optional().describe('Path of the request; left out: any'),
  method: text('an HTTP method in capitals such as POST', value =>
    /^[A-Z]{1,32}$/.test(value) ? value : undefined,
  )
    .optional()
    .describe('Method of the request; left out: any'),
  headers: z
    .array(object({ name: headerName.describe('Header'), value: valueMatch.describe('Its value') }))
    .optional()
    .describe('Headers that all have to match'),
  query: z
    .array(
      object({ name: nonEmpty.describe('Parameter'), value: valueMatch.describe('Its value') }),
    )
    .optional()
    .describe('Query parameters that all have to match'),
})
