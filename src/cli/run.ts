import { startGateway } from '../gateway.ts'
import { createFlagsSource, type Flags, flagsToYaml } from '../source/flags.ts'
import type { Source } from '../source/source.ts'
import { parsePort, UsageError, type Values } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { FILE_OPTION, fileSource } from './file.ts'
import { createProcessLog } from './process-log.ts'
import { stopOnSignal } from './signals.ts'
import { stateFolder } from './state-folder.ts'
import { summary } from './summary.ts'

const options = {
  file: FILE_OPTION,
  issuer: {
    type: 'string',
    value: 'URL',
    help: 'Protect one server without a file: the identity provider, as its metadata names it',
  },
  provider: {
    type: 'string',
    value: 'NAME',
    help: 'Adapt this provider, such as keycloak; clients then talk to the gateway only',
  },
  port: {
    type: 'string',
    value: 'N',
    help: 'Port on loopback; 3000 unless given, 0 for a free one',
  },
  path: { type: 'string', value: 'PATH', help: 'Path of the MCP endpoint; /mcp unless given' },
  audience: {
    type: 'string',
    multiple: true,
    value: 'A',
    help: 'Accepted audience; the URL of the MCP endpoint unless given',
  },
  scope: { type: 'string', multiple: true, value: 'S', help: 'Scope that clients ask for' },
  to: { type: 'string', value: 'URL', help: 'The MCP server, when it listens already' },
  'print-config': { type: 'boolean', help: 'Print the YAML that these options stand for, and end' },
  help: { type: 'boolean', short: 'h', help: 'Print this' },
  version: { type: 'boolean', short: 'v', help: 'Print the version' },
} as const

/** Serves a configuration, or one server that the command line describes, until a signal. */
export const run: Command = defineCommand({
  name: '',
  summary: 'Serve a configuration until SIGTERM or SIGINT.',
  usage: [
    '[-f FILE]',
    '--issuer URL [--provider NAME] [--port N] [--path PATH] [--audience A]… [--scope S]… (--to URL | -- CMD ARGS…)',
  ],
  options,
  accepts: { rest: true },
  examples: [
    '-f portcullis.yaml',
    '--issuer http://localhost:7080/realms/mcp --provider keycloak -- uv run src/main.py',
    '--issuer https://idp.example --to http://localhost:8000/mcp --print-config',
  ],
  async run({ values, rest }, terminal) {
    const flags = flagsOf(values, rest)
    if (flags !== undefined && values['print-config']) {
      terminal.print(flagsToYaml(flags).trimEnd())
      return 0
    }
    const source: Source =
      flags === undefined
        ? fileSource(values.file, terminal.environment)
        : createFlagsSource(flags, process.cwd(), terminal.environment)
    const log = createProcessLog()
    const gateway = await startGateway({
      source,
      log,
      stateFolder: stateFolder(terminal.environment),
      environment: terminal.environment,
    })
    for (const { origin, path, message, hint } of gateway.warnings) {
      log.warn({ ...origin, path, hint }, message)
    }
    terminal.print(summary(gateway.served()))
    await stopOnSignal(gateway.stop)
    return 0
  },
})

const SINGLE_SERVER = [
  'provider',
  'port',
  'path',
  'audience',
  'scope',
  'to',
  'print-config',
] as const

/** What the command line says about one server; undefined when it names none. */
function flagsOf(
  values: Values<typeof options>,
  command: readonly string[] | undefined,
): Flags | undefined {
  const { issuer, to } = values
  if (issuer === undefined) {
    const alone = SINGLE_SERVER.find(name => values[name] !== undefined)
    if (alone !== undefined) throw new UsageError(`--${alone} needs --issuer URL`)
    if (command !== undefined) throw new UsageError('A command behind "--" needs --issuer URL')
    return undefined
  }
  if (values.file !== undefined)
    throw new UsageError('Give either -f FILE or --issuer URL, not both')
  const [program, ...args] = command ?? []
  if ((to === undefined) === (program === undefined)) {
    throw new UsageError(
      'Say which MCP server to protect, in one way: --to URL, or -- and the command that starts it',
    )
  }
  return {
    issuer,
    provider: values.provider,
    port: values.port === undefined ? undefined : parsePort('--port', values.port),
    path: values.path,
    audiences: values.audience,
    scopes: values.scope,
    server: program === undefined ? { url: to ?? '' } : { command: program, args },
  }
}
