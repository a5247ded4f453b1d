import * as z from 'zod'
import { type HeaderPair, headerPairs } from './header-modifier.ts'
import { object } from './object.ts'
import { integer } from './value.ts'

/** How those who are not let in are answered; what is left out is as usual. */
export type RefusalsPolicy = {
  readonly unauthenticated?: RefusalConfig | undefined
  readonly unauthorized?: RefusalConfig | undefined
}

export type RefusalConfig = {
  readonly status?: number | undefined
  readonly headers?: readonly HeaderPair[] | undefined
  readonly body?: string | undefined
}

const refusal: z.ZodType<RefusalConfig> = object({
  status: integer(300, 599).optional().describe('Status; MCP clients log in after a 401 only'),
  headers: headerPairs
    .optional()
    .describe(
      'More headers. Of a WWW-Authenticate: Bearer the parameters resource_metadata, scope and realm count; the gateway writes it',
    ),
  body: z.string().optional().describe('Body; JSON is sent as JSON, anything else as text'),
})

export const refusals: z.ZodType<RefusalsPolicy> = object({
  unauthenticated: refusal.optional().describe('Without a token, or with a bad one'),
  unauthorized: refusal.optional().describe('Denied by the rules of `authorization`'),
})
