import type * as z from 'zod'
import { file, type SecretSource } from './content.ts'
import { object } from './object.ts'
import { word } from './value.ts'

export type TlsConfig = {
  readonly cert: SecretSource
  readonly key: SecretSource
  readonly root?: SecretSource | undefined
  readonly minTLSVersion?: 'TLS_V1_2' | 'TLS_V1_3' | undefined
}

export const tls: z.ZodType<TlsConfig> = object(
  {
    cert: file.describe('PEM file with the certificate and its chain, leaf first'),
    key: file.describe('PEM file with the private key'),
    root: file
      .optional()
      .describe('PEM file with the authorities that client certificates have to come from'),
    minTLSVersion: word('TLS_V1_2', 'TLS_V1_3')
      .optional()
      .describe('Oldest version that is spoken; TLS_V1_2 when left out'),
  },
  'tls',
)
