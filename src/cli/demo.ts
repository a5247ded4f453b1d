import { fileURLToPath } from 'node:url'
import type { IdentityProvider } from '../dev/identity-provider.ts'
import { type Gateway, startGateway } from '../gateway.ts'
import type { Log } from '../observe/log.ts'
import { flagsToYaml } from '../source/flags.ts'
import { createTextSource } from '../source/text.ts'
import { StartError } from '../start-error.ts'
import { parsePort } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { createProcessLog } from './process-log.ts'
import { stopOnSignal } from './signals.ts'
import { MACHINE, welcome } from './welcome.ts'

const SAMPLE_SERVER = fileURLToPath(new URL('../dev/sample-server.js', import.meta.url))

/** Starts everything that a first try needs: identity provider, MCP server, gateway in front. */
export const demo: Command = defineCommand({
  name: 'demo',
  summary: 'Start an identity provider, an MCP server and the gateway, to try it out.',
  usage: ['demo [--port N] [--idp-port N] [--admin ADDRESS]'],
  options: {
    port: {
      type: 'string',
      value: 'N',
      help: 'Port of the gateway; 3000 unless given, 0 for a free one',
    },
    'idp-port': {
      type: 'string',
      value: 'N',
      help: 'Port of the identity provider; a free one unless given',
    },
    admin: {
      type: 'string',
      value: 'ADDRESS',
      help: 'Where health and metrics are; localhost:15000 unless given, off for none',
    },
  },
  examples: ['demo', 'demo --port 0 --admin off'],
  async run({ values }, terminal) {
    const port = parsePort('--port', values.port ?? '3000')
    const idpPort = parsePort('--idp-port', values['idp-port'] ?? '0')
    const log = createProcessLog()

    let gateway: Gateway | undefined
    const url = (): string => gateway?.served()[0]?.url ?? ''
    const provider = await startProvider(idpPort, log, resource => sameUrl(resource, url()))
    const yaml = configuration(provider.issuer, port, values.admin)
    const { environment } = terminal
    gateway = await startGateway({
      source: createTextSource(yaml, '<demo>', process.cwd(), environment),
      log,
      stateFolder: undefined,
      environment,
    })
    terminal.print(welcome(url(), provider.issuer))
    await stopOnSignal(async () => {
      await gateway.stop()
      await provider.close()
    })
    return 0
  },
})

async function startProvider(
  port: number,
  log: Log,
  accepts: (resource: string) => boolean,
): Promise<IdentityProvider> {
  // Loaded here, because no other command needs it.
  const { startIdentityProvider } = await import('../dev/identity-provider.ts')
  const clients = [
    {
      client_id: MACHINE.id,
      client_secret: MACHINE.secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ]
  return startIdentityProvider({ port, log, accepts, clients }).catch(
    (cause: NodeJS.ErrnoException) => {
      throw new StartError(
        `portcullis: the identity provider cannot listen on port ${port} (${cause.code}); choose another with --idp-port, or 0 for a free one`,
        { cause },
      )
    },
  )
}

/** The server is protected as the command line would do it: clients log in at the provider itself. */
function configuration(issuer: string, port: number, admin: string | undefined): string {
  const server = { command: process.execPath, args: [SAMPLE_SERVER] }
  const listener = flagsToYaml({ issuer, port, scopes: [MACHINE.scope], server })
  return admin === undefined
    ? listener
    : `config: {adminAddr: ${JSON.stringify(admin)}}\n${listener}`
}

/** Clients write the URL of a server with or without a slash at the end. */
function sameUrl(a: string, b: string): boolean {
  return a.replace(/\/$/, '') === b.replace(/\/$/, '')
}
