import type { Option, Options } from './arguments.ts'
import type { Command } from './command.ts'

const NAME = 'portcullis'

/** What `portcullis --help` prints. The first command is the one without a name. */
export function overview(commands: readonly Command[]): string {
  const [run, ...others] = commands
  if (run === undefined) return ''
  return [
    'An authorization gateway for MCP: puts MCP servers behind an identity provider.',
    section(
      'Usage',
      [...run.usage, ...others.flatMap(command => command.usage)].map(usage => `${NAME} ${usage}`),
    ),
    section('Commands', columns(others.map(({ name, summary }) => [name, summary]))),
    section('Options', optionLines(run.options)),
    section(
      'Examples',
      commands.flatMap(command => command.examples).map(example => `${NAME} ${example}`),
    ),
    `${NAME} COMMAND --help says more about one command.`,
  ].join('\n\n')
}

/** What `portcullis COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  return [
    command.summary,
    section(
      'Usage',
      command.usage.map(usage => `${NAME} ${usage}`),
    ),
    ...(Object.keys(command.options).length === 0
      ? []
      : [section('Options', optionLines(command.options))]),
    section(
      'Examples',
      command.examples.map(example => `${NAME} ${example}`),
    ),
  ].join('\n\n')
}

function section(title: string, lines: readonly string[]): string {
  return [`${title}:`, ...lines.map(line => `  ${line}`)].join('\n')
}

function optionLines(options: Options): string[] {
  return columns(Object.entries(options).map(([name, option]) => [flag(name, option), option.help]))
}

function flag(name: string, { short, value, multiple }: Option): string {
  return [
    short === undefined ? `    --${name}` : `-${short}, --${name}`,
    value === undefined ? '' : ` ${value}`,
    multiple ? ' …' : '',
  ].join('')
}

/** Rows with their first column padded to the same width. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `${first.padEnd(width)}  ${second}`.trimEnd())
}
