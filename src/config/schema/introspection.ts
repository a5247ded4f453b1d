import type * as z from 'zod'
import { type SecretSource, secret } from './content.ts'
import { checked, object, oneOf } from './object.ts'
import { httpUrl, nonEmpty, word } from './value.ts'

/** How the gateway asks an issuer about tokens that only the issuer can read. */
export type IntrospectionConfig = {
  readonly url?: string | undefined
  readonly clientId?: string | undefined
  readonly clientSecret?: SecretSource | undefined
  readonly privateKey?: SecretSource | undefined
  readonly keyId?: string | undefined
  readonly method?: 'client_secret_basic' | 'client_secret_post' | undefined
}

export const introspection: z.ZodType<IntrospectionConfig> = checked(
  object({
    url: httpUrl
      .optional()
      .describe(
        'Introspection endpoint (RFC 7662); left out: as the metadata of the issuer names it',
      ),
    clientId: nonEmpty
      .optional()
      .describe('The client that may ask; left out: clientId of mcpAuthentication'),
    clientSecret: secret.optional().describe('Its secret, or {file: path}'),
    privateKey: secret
      .optional()
      .describe('Its private key as PEM, or {file: path}, in place of a secret (private_key_jwt)'),
    keyId: nonEmpty.optional().describe('`kid` of the assertions that the private key signs'),
    method: word('client_secret_basic', 'client_secret_post')
      .optional()
      .describe('How the secret is sent; left out: as the metadata offers'),
  }),
  (members, fail) => {
    oneOf(['clientSecret', 'privateKey'], true)(members, fail)
    if (members.clientSecret !== undefined && members.clientId === undefined) {
      fail('clientSecret needs clientId', ['clientSecret'], 'Add clientId')
    }
    if (members.keyId !== undefined && members.privateKey === undefined) {
      fail('keyId needs privateKey', ['keyId'], 'Add privateKey, or remove keyId')
    }
  },
)
