import * as z from 'zod'
import { object, text } from './object.ts'
import { duration, integer, word } from './value.ts'

export type RateLimitConfig = {
  readonly maxTokens: number
  readonly tokensPerFill: number
  /** Milliseconds. */
  readonly fillInterval: number
  readonly type?: 'requests' | undefined
  readonly key?: string | undefined
  readonly when?: string | undefined
  readonly cost?: string | number | undefined
}

const expression = text('a CEL expression', value => (value.trim() === '' ? undefined : value))

export const rateLimits: z.ZodType<readonly RateLimitConfig[]> = z.array(
  object({
    maxTokens: integer(1, 1_000_000_000).describe('What the bucket holds, and holds at first'),
    tokensPerFill: integer(1, 1_000_000_000).describe('What comes back each time'),
    fillInterval: duration.describe('How often, such as 60s'),
    type: word('requests').optional().describe('What is counted'),
    key: expression
      .optional()
      .describe(
        'Ours. CEL: a bucket for each value, such as identity.subject, source.address or mcp.tool.name; left out: one for all',
      ),
    when: expression.optional().describe('Ours. CEL: what the limit is for; left out: everything'),
    cost: z
      .union([z.int().min(0), expression], {
        error: 'expected a whole number from 0 on, or a CEL expression that gives one',
      })
      .optional()
      .describe('Ours. Tokens that a request takes: a number or CEL; 1 when left out'),
  }),
)
