import { nearest } from '../config/nearest.ts'
import { VERSION } from '../config/version.ts'
import { StartError } from '../start-error.ts'
import { UsageError } from './arguments.ts'
import type { Command, Terminal } from './command.ts'
import { commandHelp, overview } from './help.ts'

type Load = () => Promise<Command>

/** What happens when no command is named. */
const run: Load = async () => (await import('./run.ts')).run

/** Loaded when they are asked for: the gateway takes longer to load than some of them take to run. */
const COMMANDS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['validate', async () => (await import('./validate.ts')).validate],
  ['explain', async () => (await import('./explain.ts')).explain],
  ['doctor', async () => (await import('./doctor.ts')).doctor],
  ['schema', async () => (await import('./schema.ts')).schema],
  ['demo', async () => (await import('./demo.ts')).demo],
  ['kubernetes', async () => (await import('./kubernetes.ts')).kubernetes],
])

/**
 * Runs the program.
 *
 * @param argv without node and the script
 * @returns the exit code: 0, 1 when something could not be done, 2 when the command line is wrong, 3
 *   when `explain` says no
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
  const load = find(argv[0])
  const rest = load === run ? argv : argv.slice(1)
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (own.includes('--version') || own.includes('-v')) {
    terminal.print(VERSION)
    return 0
  }
  if (own.includes('--help') || own.includes('-h')) {
    const help = load === run ? overview(await all()) : commandHelp(await load())
    terminal.print(help)
    return 0
  }
  return (await load()).start(rest, terminal)
}

function all(): Promise<readonly Command[]> {
  return Promise.all([run, ...COMMANDS.values()].map(load => load()))
}

/** @throws UsageError for a word that is no command */
function find(word: string | undefined): Load {
  if (word === undefined || word.startsWith('-')) return run
  const load = COMMANDS.get(word)
  if (load !== undefined) return load
  const suggestion = nearest(word, [...COMMANDS.keys()])
  throw new UsageError(
    `There is no command "${word}"${suggestion === undefined ? '' : `. Did you mean ${suggestion}?`}`,
  )
}
