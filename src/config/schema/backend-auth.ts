import type * as z from 'zod'
import { type SecretSource, secret } from './content.ts'
import { checked, object, oneOf } from './object.ts'
import { headerName, headerValue } from './value.ts'

export type BackendAuthPolicy = {
  readonly passthrough?: Readonly<Record<string, never>> | undefined
  readonly key?: SecretSource | undefined
  readonly location?: { readonly header: HeaderLocation } | undefined
}

/** A header that carries a credential after a prefix. */
export type HeaderLocation = { readonly name: string; readonly prefix?: string | undefined }

export const headerLocation: z.ZodType<HeaderLocation> = object({
  name: headerName.describe('Name of the header'),
  prefix: headerValue
    .optional()
    .describe('What stands before the credential, such as "Bearer "; left out: nothing'),
})

export const backendAuth: z.ZodType<BackendAuthPolicy> = checked(
  object(
    {
      passthrough: object({}).optional().describe("Hand on the client's own credential"),
      key: secret.optional().describe('A fixed credential: the value, or {file: path}'),
      location: object({ header: headerLocation.describe('A header') }, 'location')
        .optional()
        .describe('Where the key goes; left out: Authorization, after "Bearer "'),
    },
    'backendAuth',
  ),
  (members, fail) => {
    oneOf(['passthrough', 'key'])(members, fail)
    if (members.location !== undefined && members.key === undefined) {
      fail('location only says where a key goes', ['location'], 'Remove it, or give a key')
    }
  },
)
