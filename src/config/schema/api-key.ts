import * as z from 'zod'
import type { AuthenticationMode } from './authentication.ts'
import { type HeaderLocation, headerLocation } from './backend-auth.ts'
import { type SecretSource, secret } from './content.ts'
import { exempt } from './exempt.ts'
import { checked, object, oneOf, text } from './object.ts'
import { word } from './value.ts'

export type ApiKeyPolicy = {
  readonly keys: readonly ApiKeyConfig[]
  readonly mode?: AuthenticationMode | undefined
  readonly exempt?: string | undefined
  readonly location?: { readonly header: HeaderLocation } | undefined
  readonly resourceMetadata?: 'hidden' | 'shown' | undefined
}

export type ApiKeyConfig = {
  readonly key?: SecretSource | undefined
  /** SHA-256 in lower-case hex. */
  readonly keyHash?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

const keyHash = text(
  'sha256: and 64 hex characters',
  value => /^sha256:([0-9a-f]{64})$/i.exec(value)?.[1]?.toLowerCase(),
  { hint: 'Make one with: printf %s "$KEY" | sha256sum' },
)

export const apiKey: z.ZodType<ApiKeyPolicy> = object({
  keys: z
    .array(
      checked(
        object({
          key: secret.optional().describe('The key itself, or {file: path}; a hash is safer'),
          keyHash: keyHash.optional().describe('sha256:HEX of the key'),
          metadata: z
            .record(z.string(), z.unknown())
            .optional()
            .describe('What rules see as claims of whoever has the key: sub, scope, roles, …'),
        }),
        oneOf(['key', 'keyHash']),
      ),
    )
    .min(1)
    .describe('The keys'),
  mode: word('strict', 'optional', 'permissive')
    .optional()
    .describe(
      'optional (default): no key is fine; strict: a key or 401; permissive. Beside another authentication policy, that one says it',
    ),
  exempt,
  location: object({ header: headerLocation.describe('A header') }, 'location')
    .optional()
    .describe('Where requests carry the key; Authorization, after "Bearer ", when left out'),
  resourceMetadata: word('hidden', 'shown')
    .optional()
    .describe(
      'Ours. hidden: no metadata and no URL of it in a 401, for clients that would start a login and forget their key',
    ),
})
