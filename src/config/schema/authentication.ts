import * as z from 'zod'
import { type SecretSource, secret } from './content.ts'
import { exempt } from './exempt.ts'
import { type IntrospectionConfig, introspection } from './introspection.ts'
import { type JwksConfig, jwks } from './jwks.ts'
import { checked, type Fail, object, oneOf } from './object.ts'
import {
  type ClientConfig,
  client,
  type ProviderConfig,
  provider,
  type RegistrationConfig,
  registration,
} from './relay.ts'
import { type TokenLocationConfig, tokenLocation } from './token-location.ts'
import { boolean, httpIdentifier, httpUrl, nonEmpty, word } from './value.ts'

export type AuthenticationMode = 'strict' | 'optional' | 'permissive'

/** One issuer whose tokens are taken. */
export type IssuerConfig = {
  readonly issuer: string
  readonly audiences?: readonly string[] | undefined
  /** Older spelling of one audience. */
  readonly audience?: string | undefined
  readonly uncheckedAudience?: boolean | undefined
  readonly jwks?: JwksConfig | undefined
  /** Older spelling of `jwks: {url}`. */
  readonly jwksUrl?: string | undefined
  readonly jwtValidationOptions?: JwtValidationOptions | undefined
  readonly introspection?: IntrospectionConfig | undefined
}

export type JwtValidationOptions = { readonly requiredClaims?: readonly string[] | undefined }

export type McpAuthenticationPolicy = IssuerConfig & {
  readonly mode?: AuthenticationMode | undefined
  readonly exempt?: string | undefined
  readonly provider?: ProviderConfig | undefined
  readonly resourceMetadata?: Readonly<Record<string, unknown>> | undefined
  readonly authorizationLocation?: TokenLocationConfig | undefined
  readonly clientId?: string | undefined
  readonly clientSecret?: SecretSource | undefined
  readonly clients?: readonly ClientConfig[] | undefined
  readonly registration?: RegistrationConfig | undefined
  readonly accessToken?: 'auto' | 'provider' | 'sealed' | undefined
}

/** A single issuer in place, or `providers`. */
export type JwtAuthPolicy = Omit<IssuerConfig, 'issuer'> & {
  readonly issuer?: string | undefined
  readonly mode?: AuthenticationMode | undefined
  readonly exempt?: string | undefined
  readonly location?: TokenLocationConfig | undefined
  readonly authorizationLocation?: TokenLocationConfig | undefined
  readonly providers?: readonly IssuerConfig[] | undefined
}

const mode = word('strict', 'optional', 'permissive')

const verification = {
  audiences: z
    .array(nonEmpty)
    .optional()
    .describe('Values of `aud` that are accepted, any of them; left out: the resource'),
  audience: nonEmpty.optional().describe('Older spelling of one audience'),
  uncheckedAudience: boolean
    .optional()
    .describe(
      'Ours. true takes tokens that were made for other resources: whoever runs one of these can use its tokens here',
    ),
  jwks: jwks
    .optional()
    .describe(
      'Keys of the issuer: {url}, {file}, or JSON in a string; left out: from its metadata',
    ),
  jwksUrl: httpUrl.optional().describe('Older spelling of jwks: {url}'),
  jwtValidationOptions: object({
    requiredClaims: z
      .array(nonEmpty)
      .optional()
      .describe('Claims that have to be there besides iss and aud; [exp] when left out'),
  })
    .optional()
    .describe('What a token has to hold'),
  introspection: introspection
    .optional()
    .describe(
      'Ours. How the issuer is asked about tokens that are no JSON Web Tokens; they are taken where it says that they are for this resource or one of `audiences`',
    ),
}

function checkSpellings(members: Readonly<Record<string, unknown>>, fail: Fail): void {
  oneOf(['jwks', 'jwksUrl'], true)(members, fail)
  oneOf(['audiences', 'audience'], true)(members, fail)
}

export const mcpAuthentication: z.ZodType<McpAuthenticationPolicy> = checked(
  object(
    {
      issuer: httpIdentifier.describe(
        'Issuer of the tokens, byte for byte as in their `iss`; its metadata is found from it',
      ),
      ...verification,
      mode: mode
        .optional()
        .describe(
          'strict (default): a valid token or 401; optional: none is fine; permissive: an invalid one too',
        ),
      exempt,
      provider: provider
        .optional()
        .describe(
          'The identity provider to adapt, such as {keycloak: {}}: clients then talk to the gateway only. Left out: clients talk to the issuer directly',
        ),
      resourceMetadata: z
        .record(z.string(), z.unknown())
        .optional()
        .describe(
          'Members of the protected resource metadata (RFC 9728) in camelCase: resource, scopesSupported, …',
        ),
      authorizationLocation: tokenLocation
        .optional()
        .describe('Where requests carry the token; Authorization: Bearer when left out'),
      clientId: nonEmpty
        .optional()
        .describe('The client that you registered at the provider, for all MCP clients'),
      clientSecret: secret.optional().describe('Its secret, or {file: path}'),
      clients: z
        .array(client)
        .optional()
        .describe('Ours. Clients that you register at the gateway by hand'),
      registration: registration
        .optional()
        .describe('Ours. How MCP clients are registered at the provider'),
      accessToken: word('auto', 'provider', 'sealed')
        .optional()
        .describe(
          "Ours. auto (default): the provider's token where it names this resource, else one sealed by the gateway",
        ),
    },
    'mcpAuthentication',
  ),
  (members, fail) => {
    checkSpellings(members, fail)
    if (members.provider === undefined) {
      for (const name of PROXY_MEMBERS.filter(member => members[member] !== undefined)) {
        fail(
          `${name} needs a provider: without one the gateway registers no clients`,
          [name],
          'Add provider, such as provider: {keycloak: {}}',
        )
      }
    } else if (members.clientSecret !== undefined && members.clientId === undefined) {
      fail('clientSecret needs clientId', ['clientSecret'], 'Add clientId')
    }
  },
)

const PROXY_MEMBERS = ['clientId', 'clientSecret', 'clients', 'registration', 'accessToken']

const issuer = nonEmpty.describe('Issuer of the tokens, byte for byte as in their `iss`')

export const jwtAuth: z.ZodType<JwtAuthPolicy> = checked(
  object({
    issuer: issuer.optional(),
    ...verification,
    mode: mode
      .optional()
      .describe('optional (default): none is fine; strict: a valid token or 401; permissive'),
    exempt,
    location: tokenLocation.optional().describe('Where requests carry the token'),
    authorizationLocation: tokenLocation.optional().describe('Another spelling of location'),
    providers: z
      .array(checked(object({ issuer, ...verification }), checkSpellings))
      .min(1)
      .optional()
      .describe('Several issuers, in place of issuer, audiences and jwks'),
  }),
  (members, fail) => {
    oneOf(['issuer', 'providers'])(members, fail)
    oneOf(['location', 'authorizationLocation'], true)(members, fail)
    checkSpellings(members, fail)
    if (members.providers === undefined) return
    for (const name of Object.keys(verification).filter(member => members[member] !== undefined)) {
      fail(`${name} belongs to each of the providers`, [name], 'Move it below providers')
    }
  },
)
