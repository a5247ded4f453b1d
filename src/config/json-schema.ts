import * as z from 'zod'
import { configuration } from './schema/configuration.ts'

/** JSON Schema (draft 2020-12) of the file, for editors. What it cannot say, `load` checks. */
export function configurationSchema(): object {
  return {
    ...z.toJSONSchema(configuration, {
      io: 'input',
      unrepresentable: 'any',
      override({ zodSchema, jsonSchema }) {
        if (zodSchema._zod.def.type === 'object') jsonSchema.additionalProperties = false
      },
    }),
    title: 'Portcullis configuration',
  }
}
