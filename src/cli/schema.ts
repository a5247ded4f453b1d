import { configurationSchema } from '../config/json-schema.ts'
import { type Command, defineCommand } from './command.ts'

/** Prints the JSON Schema of the configuration file. */
export const schema: Command = defineCommand({
  name: 'schema',
  summary: 'Print the JSON Schema of the configuration file, for editors.',
  usage: ['schema'],
  options: {},
  examples: ['schema > portcullis.schema.json'],
  run(_parsed, terminal) {
    terminal.print(JSON.stringify(configurationSchema(), undefined, 2))
    return 0
  },
})
