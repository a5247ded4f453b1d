import * as z from 'zod'
import { path } from './match.ts'
import { checked, object, oneOf, text } from './object.ts'
import { hostname, integer, word } from './value.ts'

/** Exactly one of them. */
export type PathRewriteConfig = {
  readonly full?: string | undefined
  readonly prefix?: string | undefined
}

/** Exactly one of them. */
export type AuthorityConfig = {
  readonly full?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
}

export type UrlRewritePolicy = {
  readonly authority?: AuthorityConfig | 'auto' | 'none' | undefined
  readonly path?: PathRewriteConfig | undefined
}

export type RequestRedirectPolicy = {
  readonly scheme?: 'http' | 'https' | undefined
  readonly authority?: AuthorityConfig | undefined
  readonly path?: PathRewriteConfig | undefined
  readonly status?: 301 | 302 | 303 | 307 | 308 | undefined
}

const pathRewrite: z.ZodType<PathRewriteConfig> = checked(
  object({
    full: path.optional().describe('In place of the whole path'),
    // Nothing and / are the same: the prefix goes.
    prefix: z
      .union([z.literal('').transform(() => '/'), path])
      .optional()
      .describe('In place of the prefix that the route was matched by'),
  }),
  oneOf(['full', 'prefix']),
)

const hostAndPort: z.ZodType<string, string> = text(
  'a host name with or without a port, such as tools.example:8443',
  value => {
    const [, name = '', port] = /^(.*?)(?::(\d{1,5}))?$/.exec(value) ?? []
    const isPort = port === undefined || (Number(port) > 0 && Number(port) <= 65_535)
    return isPort && hostname.safeParse(name).success && !name.startsWith('*') ? value : undefined
  },
)

const authority: z.ZodType<AuthorityConfig> = checked(
  object({
    full: hostAndPort.optional().describe('Host name, and port if it has one'),
    host: hostname.optional().describe('Host name; the port of the request stays'),
    port: integer(1, 65_535).optional().describe('Port; the host name of the request stays'),
  }),
  oneOf(['full', 'host', 'port']),
)

export const urlRewrite: z.ZodType<UrlRewritePolicy> = object({
  authority: z
    .union([word('auto', 'none'), authority])
    .optional()
    .describe(
      'The Host that the backend gets. auto (default): its own name; none: as the client sent it',
    ),
  path: pathRewrite.optional().describe('The path that the backend gets'),
})

const status: z.ZodType<RequestRedirectPolicy['status']> = z
  .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)], {
    error: 'expected 301, 302, 303, 307 or 308',
  })
  .meta({ examples: [301] })

export const requestRedirect: z.ZodType<RequestRedirectPolicy> = object({
  scheme: word('http', 'https').optional().describe('Of the new URL; left out: of the request'),
  authority: authority.optional().describe('Of the new URL; left out: of the request'),
  path: pathRewrite.optional().describe('Of the new URL; left out: of the request'),
  status: status.optional().describe('302 when left out'),
})
