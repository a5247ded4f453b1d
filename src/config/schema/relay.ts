import * as z from 'zod'
import { isRedirectPattern } from '../redirect-pattern.ts'
import { type SecretSource, secret } from './content.ts'
import { object } from './object.ts'
import { duration, hostname, integer, nonEmpty, word } from './value.ts'

/** A client that an operator registers at the gateway by hand. */
export type ClientConfig = {
  readonly id: string
  readonly secret?: SecretSource | undefined
  readonly redirectUris: readonly string[]
  readonly name?: string | undefined
}

export type RegistrationConfig = {
  readonly strategy?: 'relay' | 'shared' | 'static' | 'none' | undefined
  readonly initialAccessToken?: SecretSource | undefined
  readonly allowRedirects?: readonly string[] | undefined
  readonly allowClients?: readonly string[] | undefined
  /** Milliseconds. */
  readonly ttl?: number | undefined
  readonly limits?: RegistrationLimitsConfig | undefined
}

/** How many clients strangers may make the gateway register at the provider. */
export type RegistrationLimitsConfig = {
  readonly perAddressPerHour?: number | undefined
  readonly perDay?: number | undefined
}

/** RFC 8252 §7.1: an app may have a scheme of its own; a fragment is never part of it. */
const redirectUri: z.ZodType<string> = nonEmpty.refine(
  value => URL.canParse(value) && !value.includes('#'),
  { error: 'expected an absolute URL without fragment' },
)

export const client: z.ZodType<ClientConfig> = object({
  id: nonEmpty.describe('client_id'),
  secret: secret.optional().describe('client_secret, or {file: path}; left out: a public client'),
  redirectUris: z.array(redirectUri).min(1).describe('Where users may be sent back to'),
  name: nonEmpty.optional().describe('What the consent page calls it'),
})

const redirectPattern: z.ZodType<string> = nonEmpty.refine(isRedirectPattern, {
  error:
    'expected a redirect URI, or the beginning of some with * at the end: https://host/*, http://localhost:* or scheme://*',
})

/** `claude.ai`, or `!claude.ai`, which refuses it. */
const clientHost: z.ZodType<string> = nonEmpty
  .refine(value => hostname.safeParse(value.replace(/^!/, '')).success, {
    error: 'expected a host name such as claude.ai, *.example.com or !evil.example, without port',
  })
  .transform(value => value.toLowerCase())

const limits: z.ZodType<RegistrationLimitsConfig> = object({
  perAddressPerHour: integer(1, 1_000_000)
    .optional()
    .describe('Registrations of one address in an hour; 20 when left out'),
  perDay: integer(1, 100_000_000)
    .optional()
    .describe(
      'Registrations of all together in a day; 150 when left out, because Keycloak refuses everybody once a realm has 200 clients',
    ),
})

export const registration: z.ZodType<RegistrationConfig> = object({
  strategy: word('relay', 'shared', 'static', 'none')
    .optional()
    .describe(
      'relay: one client at the provider per MCP client; shared: one for all; static: the one of clientId; none: no registration. Left out: what fits the provider',
    ),
  initialAccessToken: secret
    .optional()
    .describe("RFC 7591 token for the provider's registration endpoint, or {file: path}"),
  allowRedirects: z
    .array(redirectPattern)
    .optional()
    .describe(
      'Redirect URIs that clients may register; * at the end stands for any rest, as in https://claude.ai/*, http://localhost:* or cursor://*',
    ),
  allowClients: z
    .array(clientHost)
    .optional()
    .describe(
      'Hosts whose client metadata documents are accepted, such as claude.ai or *.example.com; !host refuses one, and a list of refusals alone accepts the rest. Left out: all public ones',
    ),
  ttl: duration.optional().describe('Life of a client id; left out: for ever'),
  limits: limits.optional().describe('How many clients strangers may register at the provider'),
})

/** The provider to adapt: name of its profile in lower case, and what the profile lets one choose. */
export type ProviderConfig = {
  readonly name: string
  /** Checked against the profile when compiling. */
  readonly options: Readonly<Record<string, unknown>>
}

/** `{keycloak: {}}`, or the bare name; both in any case. */
export const provider: z.ZodType<ProviderConfig> = z.union([
  nonEmpty.transform(name => ({ name: name.toLowerCase(), options: {} })),
  z
    .record(z.string(), z.union([z.record(z.string(), z.unknown()), z.null()]))
    .refine(members => Object.keys(members).length === 1, {
      error: 'expected one provider such as {keycloak: {}}',
    })
    .transform(members => {
      const [name = '', options] = Object.entries(members)[0] ?? []
      return { name: name.toLowerCase(), options: options ?? {} }
    }),
])
