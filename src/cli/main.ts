import { nearest } from '../config/nearest.ts'
import { VERSION } from '../config/version.ts'
import { StartError } from '../gateway.ts'
import { UsageError } from './arguments.ts'
import type { Command, Terminal } from './command.ts'
import { demo } from './demo.ts'
import { commandHelp, overview } from './help.ts'
import { kubernetes } from './kubernetes.ts'
import { run } from './run.ts'
import { schema } from './schema.ts'
import { validate } from './validate.ts'

/** The first one is what happens when no command is named. */
const COMMANDS: readonly [Command, ...Command[]] = [run, validate, schema, demo, kubernetes]

/**
 * Runs the program.
 *
 * @param argv without node and the script
 * @returns the exit code: 0, 1 when something could not be done, 2 when the command line is wrong
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.complain(`portcullis: ${error.message}\nportcullis --help shows what there is.`)
      return 2
    }
    if (error instanceof StartError) {
      terminal.complain(error.message)
      return 1
    }
    throw error
  }
}

async function dispatch(given: readonly string[], terminal: Terminal): Promise<number> {
  // `help COMMAND` is what some try first.
  const argv = given[0] === 'help' ? [...given.slice(1), '--help'] : given
  const command = find(argv[0])
  const rest = command === COMMANDS[0] ? argv : argv.slice(1)
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (own.includes('--version') || own.includes('-v')) {
    terminal.print(VERSION)
    return 0
  }
  if (own.includes('--help') || own.includes('-h')) {
    terminal.print(command === COMMANDS[0] ? overview(COMMANDS) : commandHelp(command))
    return 0
  }
  return command.start(rest, terminal)
}

/** @throws UsageError for a word that is no command */
function find(word: string | undefined): Command {
  if (word === undefined || word.startsWith('-')) return COMMANDS[0]
  const command = COMMANDS.find(({ name }) => name === word)
  if (command !== undefined) return command
  const names = COMMANDS.map(({ name }) => name).filter(name => name !== '')
  const suggestion = nearest(word, names)
  throw new UsageError(
    `There is no command "${word}"${suggestion === undefined ? '' : `. Did you mean ${suggestion}?`}`,
  )
}
