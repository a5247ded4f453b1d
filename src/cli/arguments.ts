import { parseArgs } from 'node:util'
import { nearest } from '../config/nearest.ts'

/** One option of a command, for parsing and for help. */
export type Option = {
  readonly type: 'string' | 'boolean'
  /** One letter. */
  readonly short?: string
  /** May be given more than once; its value is a list. */
  readonly multiple?: true
  /** What stands for the value in help, such as `URL`. */
  readonly value?: string
  readonly help: string
}

export type Options = Readonly<Record<string, Option>>

/** What was given: text, true, or a list of texts; options that were not given are undefined. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]:
    | undefined
    | (O[Name] extends { type: 'boolean' }
        ? boolean
        : O[Name] extends { multiple: true }
          ? readonly string[]
          : string)
}

export type Parsed<O extends Options> = {
  readonly values: Values<O>
  /** The one argument that is no option; undefined when none was given. */
  readonly word: string | undefined
  /** What stands behind `--`, untouched; undefined without `--`. */
  readonly rest: readonly string[] | undefined
}

/** The command line cannot be understood; the message says why. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a command takes beside its options. */
export type Accepts = {
  /** Something may stand behind `--`. */
  readonly rest?: boolean
  /** One argument that is no option. */
  readonly word?: boolean
}

/**
 * Reads the arguments of one command (without its name).
 *
 * @throws UsageError for what is unknown, lacks its value or is not expected
 */
export function parseArguments<O extends Options>(
  options: O,
  accepts: Accepts,
  argv: readonly string[],
): Parsed<O> {
  const end = argv.indexOf('--')
  const own = end === -1 ? [...argv] : argv.slice(0, end)
  const rest = end === -1 ? undefined : argv.slice(end + 1)
  if (rest !== undefined && !accepts.rest)
    throw new UsageError('Nothing can stand behind "--" here')

  const { tokens } = parseArgs({
    args: own,
    options: describe(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Record<string, string | true | string[]> = {}
  let word: string | undefined
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!accepts.word || word !== undefined)
        throw new UsageError(`"${token.value}" was not expected`)
      word = token.value
    }
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (option === undefined) throw unknownOption(token.rawName, options)
    values[token.name] = read(option, token, values[token.name])
  }
  return { values: values as unknown as Values<O>, word, rest }
}

type Given = {
  readonly rawName: string
  readonly value?: string | undefined
  inlineValue?: boolean | undefined
}

function read(option: Option, given: Given, before: unknown): string | true | string[] {
  const { rawName, value, inlineValue } = given
  if (option.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value, got "${value}"`)
    return true
  }
  if (value === undefined || value === '') {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value ?? 'VALUE'}`)
  }
  if (inlineValue !== true && value.startsWith('-') && value !== '-') {
    throw new UsageError(`${rawName} needs a value, got the option "${value}"`)
  }
  if (option.multiple) return [...((before as string[] | undefined) ?? []), value]
  if (before !== undefined) throw new UsageError(`${rawName} was given twice`)
  return value
}

function describe(
  options: Options,
): Record<string, { type: 'string' | 'boolean'; short?: string }> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  )
}

function unknownOption(given: string, options: Options): UsageError {
  const names = Object.keys(options)
  const suggestion = given.startsWith('--') ? nearest(given.slice(2), names) : undefined
  const hint = suggestion === undefined ? '' : `. Did you mean --${suggestion}?`
  return new UsageError(`There is no option ${given}${hint}`)
}

/** @throws UsageError when the text is no TCP port; 0 stands for any that is free */
export function parsePort(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= 0 && port <= 65_535) return port
  throw new UsageError(`${option} must be a number from 0 to 65535, got "${text}"`)
}
