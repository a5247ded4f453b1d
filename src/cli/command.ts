import { type Accepts, type Options, type Parsed, parseArguments } from './arguments.ts'

/** One command of the program: what help says about it, and what it does. */
export type Command = {
  readonly name: string
  /** One line. */
  readonly summary: string
  /** Ways to call it, without the name of the program. */
  readonly usage: readonly string[]
  readonly options: Options
  readonly examples: readonly string[]
  /** Reads its arguments and works; resolves with the exit code. */
  start(argv: readonly string[], terminal: Terminal): Promise<number>
}

/** What a command may touch of the process. */
export type Terminal = {
  readonly environment: NodeJS.ProcessEnv
  /** Writes lines to standard output: what the command was asked for. */
  print(text: string): void
  /** Writes lines to standard error. */
  complain(text: string): void
}

/** A command together with the types of its options. */
export function defineCommand<const O extends Options>(definition: {
  readonly name: string
  readonly summary: string
  readonly usage: readonly string[]
  readonly options: O
  readonly accepts?: Accepts
  readonly examples: readonly string[]
  run(parsed: Parsed<O>, terminal: Terminal): Promise<number> | number
}): Command {
  const { run, accepts = {}, ...described } = definition
  return {
    ...described,
    start: async (argv, terminal) =>
      run(parseArguments(definition.options, accepts, argv), terminal),
  }
}
