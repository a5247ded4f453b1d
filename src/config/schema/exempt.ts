import type * as z from 'zod'
import { nonEmpty } from './value.ts'

export const exempt: z.ZodType<string | undefined> = nonEmpty
  .optional()
  .describe(
    'Ours. A condition (CEL): requests to a plain HTTP backend for which it is true need no token. Requests to MCP servers are never exempt',
  )
