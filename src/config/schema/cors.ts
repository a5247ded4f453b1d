import * as z from 'zod'
import { checked, object, text } from './object.ts'
import { boolean, duration, integer } from './value.ts'

export type CorsPolicy = {
  readonly allowOrigins?: readonly string[] | undefined
  readonly allowMethods?: readonly string[] | undefined
  readonly allowHeaders?: readonly string[] | undefined
  readonly exposeHeaders?: readonly string[] | undefined
  readonly allowCredentials?: boolean | undefined
  readonly maxAge?: number | undefined
}

const origin: z.ZodType<string, string> = text(
  "an origin such as https://app.example or https://*.example, or '*'",
  value => {
    if (value === '*' || value === 'null') return value
    const written = /^([a-z][a-z0-9+.-]*:\/\/)(\*\.)?([^/?#@*\s]+)$/i.exec(value)
    if (written === null) return undefined
    const [, scheme = '', wildcard = '', host = ''] = written
    const url = `${scheme}${host}`
    if (!/^https?:/i.test(scheme)) return value.toLowerCase()
    // As browsers write it: lower case, no default port.
    return URL.canParse(url) ? new URL(url).origin.replace('://', `://${wildcard}`) : undefined
  },
)

const token: z.ZodType<string, string> = text('a header or method name, or *', value =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(value) ? value : undefined,
)

/** A wildcard with credentials would let every web site act for the user who is logged in. */
export const WILDCARD_WITH_CREDENTIALS = "allowCredentials and the origin '*' exclude each other"

export const cors: z.ZodType<CorsPolicy> = checked(
  object({
    allowOrigins: z
      .array(origin)
      .optional()
      .describe("Origins of web pages that may call; '*': all"),
    allowMethods: z.array(token).optional().describe('Methods; left out: those that MCP uses'),
    allowHeaders: z
      .array(token)
      .optional()
      .describe('Request headers, in addition to those that MCP uses'),
    exposeHeaders: z
      .array(token)
      .optional()
      .describe('Response headers that a page may read, in addition to those that MCP uses'),
    allowCredentials: boolean.optional().describe('Whether cookies may be sent along'),
    maxAge: z
      .union([duration, integer(0, 31_536_000).transform(seconds => seconds * 1000)])
      .optional()
      .describe('How long a browser may remember the answer to a preflight'),
  }),
  ({ allowOrigins, allowCredentials }, fail) => {
    if (allowCredentials === true && Array.isArray(allowOrigins) && allowOrigins.includes('*')) {
      fail(WILDCARD_WITH_CREDENTIALS, ['allowCredentials'], 'List the origins that may call')
    }
  },
)
