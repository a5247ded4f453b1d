import * as z from 'zod'
import type { FileReference } from './content.ts'
import { checked, object, oneOf } from './object.ts'
import { httpUrl, nonEmpty, parseHttpUrl } from './value.ts'

/** A JSON Web Key Set (RFC 7517 §5): where it is, or its text. */
export type JwksConfig =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'inline'; readonly text: string }
  | FileReference

/** A bare string is the JSON itself, a URL, or (an older spelling) a path. */
function fromString(value: string): JwksConfig {
  if (value.trimStart().startsWith('{')) return { kind: 'inline', text: value }
  const url = parseHttpUrl(value)
  return url === undefined ? { kind: 'file', path: value } : { kind: 'url', url: url.href }
}

export const jwks: z.ZodType<JwksConfig> = z.union([
  nonEmpty.transform(fromString),
  checked(
    object({
      url: httpUrl.optional().describe('URL of the key set'),
      file: nonEmpty.optional().describe('Path of a file with the key set'),
      inline: nonEmpty.optional().describe('The key set as JSON in a string'),
    }),
    oneOf(['url', 'file', 'inline']),
  ).transform(
    ({ url, file, inline }): JwksConfig =>
      url !== undefined
        ? { kind: 'url', url }
        : file !== undefined
          ? { kind: 'file', path: file }
          : { kind: 'inline', text: inline ?? '' },
  ),
])
