import { fileURLToPath } from 'node:url'
import { type Gateway, StartError, startGateway } from '../gateway.ts'
import { createFlagsSource } from '../source/flags.ts'
import { parsePort } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { createProcessLog } from './process-log.ts'
import { stopOnSignal } from './signals.ts'

const SAMPLE_SERVER = fileURLToPath(new URL('../dev/sample-server.js', import.meta.url))

/** For curl: a client that gets tokens without a login. */
const MACHINE = { id: 'demo', secret: 'demo' } as const

/** Starts everything that a first try needs: identity provider, MCP server, gateway in front. */
export const demo: Command = defineCommand({
  name: 'demo',
  summary: 'Start an identity provider, an MCP server and the gateway, to try it out.',
  usage: ['demo [--port N] [--idp-port N]'],
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
  },
  examples: ['demo', 'demo --port 0'],
  async run({ values }, terminal) {
    const port = parsePort('--port', values.port ?? '3000')
    const idpPort = parsePort('--idp-port', values['idp-port'] ?? '0')
    const log = createProcessLog()
    // Loaded here, because no other command needs it.
    const { startIdentityProvider, DEMO_SCOPES } = await import('../dev/identity-provider.ts')

    let gateway: Gateway | undefined
    const starting = startIdentityProvider({
      port: idpPort,
      log,
      accepts: resource => sameUrl(resource, gateway?.served()[0]?.url),
      clients: [
        {
          client_id: MACHINE.id,
          client_secret: MACHINE.secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
    })
    const provider = await starting.catch((cause: NodeJS.ErrnoException) => {
      throw new StartError(
        `portcullis: the identity provider cannot use port ${idpPort} (${cause.code}); choose another with --idp-port, or 0 for a free one`,
        { cause },
      )
    })
    gateway = await startGateway({
      source: createFlagsSource(
        {
          issuer: provider.issuer,
          port,
          scopes: DEMO_SCOPES.slice(0, 1),
          server: { command: process.execPath, args: [SAMPLE_SERVER] },
        },
        process.cwd(),
        terminal.environment,
      ),
      log,
      stateFolder: undefined,
      environment: terminal.environment,
    })
    terminal.print(welcome(gateway.served()[0]?.url ?? '', provider.issuer))
    await stopOnSignal(async () => {
      await gateway.stop()
      await provider.close()
    })
    return 0
  },
})

function sameUrl(a: string, b: string | undefined): boolean {
  return b !== undefined && a.replace(/\/$/, '') === b.replace(/\/$/, '')
}

function welcome(url: string, issuer: string): string {
  return `
Portcullis demo

  MCP server         ${url}
  Identity provider  ${issuer}
  Users              alice (admin, user) and bob (user); the password is the name

Without a token the answer is 401, and it says where to go:

  curl -si -X POST ${url}

Connect a client; it opens a browser for the login:

  Inspector          npx @modelcontextprotocol/inspector
                     then Streamable HTTP, ${url}, Connect
  Claude Code        claude mcp add --transport http portcullis-demo ${url}
                     then /mcp
  VS Code            in .vscode/mcp.json:
                     { "servers": { "portcullis-demo": { "type": "http", "url": "${url}" } } }

Or be the client:

  TOKEN=$(curl -s ${issuer}/token -u ${MACHINE.id}:${MACHINE.secret} \\
    -d grant_type=client_credentials -d scope=mcp:tools -d resource=${url} \\
    | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${url} -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'

Ctrl+C ends everything; nothing is kept.
`
}
