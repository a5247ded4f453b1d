import * as z from 'zod'
import { Secret } from '../secret.ts'
import { object } from './object.ts'
import { nonEmpty } from './value.ts'

/** A file that the configuration names. Read when compiling, and watched. */
export type FileReference = { readonly kind: 'file'; readonly path: string }

/** A secret that stands in the configuration or in a file. */
export type SecretSource = { readonly kind: 'inline'; readonly secret: Secret } | FileReference

/** A path of a file. */
export const file: z.ZodType<FileReference> = nonEmpty.transform(path => ({ kind: 'file', path }))

const fileObject: z.ZodType<FileReference> = object({
  file: nonEmpty.describe('Path of the file; its content is taken without white space around it'),
}).transform(({ file: path }) => ({ kind: 'file', path }))

export const secret: z.ZodType<SecretSource> = z.union(
  [
    nonEmpty.transform(value => ({ kind: 'inline' as const, secret: new Secret(value) })),
    fileObject,
  ],
  { error: 'a secret is a string (in quotes when it is a number) or {file: path}' },
)
