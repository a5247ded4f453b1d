import * as z from 'zod'
import { Secret } from '../secret.ts'
import type { SecretSource } from './content.ts'
import { checked, object } from './object.ts'
import { boolean, hostname, nonEmpty } from './value.ts'

export type BackendTlsPolicy = {
  readonly cert?: SecretSource | undefined
  readonly key?: SecretSource | undefined
  readonly root?: SecretSource | undefined
  readonly hostname?: string | undefined
  readonly insecure?: boolean | undefined
  readonly insecureHost?: boolean | undefined
  readonly subjectAltNames?: readonly string[] | undefined
}

/** A PEM text, or the path of a file with one. */
const pem: z.ZodType<SecretSource> = nonEmpty.transform(value =>
  value.includes('-----BEGIN ')
    ? { kind: 'inline' as const, secret: new Secret(value) }
    : { kind: 'file' as const, path: value },
)

export const backendTls: z.ZodType<BackendTlsPolicy> = checked(
  object(
    {
      cert: pem.optional().describe('PEM, or a file with it: the certificate to show the backend'),
      key: pem.optional().describe('PEM, or a file with it: the key of that certificate'),
      root: pem
        .optional()
        .describe(
          'PEM, or a file with it: the authorities that its certificate has to come from; left out: those of the system',
        ),
      hostname: hostname
        .optional()
        .describe('Name to ask for and to check; left out: the host of the backend'),
      insecureHost: boolean
        .optional()
        .describe('true: a certificate for any name is fine, if it comes from an authority'),
      insecure: boolean.optional().describe('true: any certificate is fine'),
      subjectAltNames: z
        .array(nonEmpty)
        .min(1)
        .optional()
        .describe('Names, any of which the certificate has to hold, in place of hostname'),
    },
    'backendTLS',
  ),
  ({ cert, key, insecure, root }, fail) => {
    if ((cert === undefined) !== (key === undefined)) {
      fail('cert and key go together', [cert === undefined ? 'key' : 'cert'], 'Give both')
    }
    if (insecure === true && root !== undefined) {
      fail('insecure looks at no authorities', ['root'], 'Remove one of the two')
    }
  },
)
