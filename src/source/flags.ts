import { stringify } from 'yaml'
import type { Environment } from '../config/environment.ts'
import type { Source } from './source.ts'
import { createTextSource } from './text.ts'

/** One protected server, as the command line describes it. */
export type Flags = {
  readonly issuer: string
  readonly provider?: string | undefined
  /** 3000 unless given. */
  readonly port?: number | undefined
  /** `/mcp` unless given. */
  readonly path?: string | undefined
  readonly audiences?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  /** The MCP server: a URL, or a command with its arguments. */
  readonly server:
    | { readonly url: string }
    | { readonly command: string; readonly args: readonly string[] }
}

/** A command line as a source; its diagnostics point into the file that it stands for. */
export function createFlagsSource(flags: Flags, folder: string, environment: Environment): Source {
  return createTextSource(flagsToYaml(flags), '<command line>', folder, environment)
}

/** The file that a command line stands for, with comments. Values are checked where every file is. */
export function flagsToYaml(flags: Flags): string {
  const {
    issuer,
    provider,
    port = 3000,
    path = '/mcp',
    audiences = [],
    scopes = [],
    server,
  } = flags
  const providerLines =
    provider === undefined
      ? '# Clients log in at the issuer; with `provider` they talk to the gateway alone.'
      : `# Clients talk to the gateway alone, which adapts the provider.\nprovider: {${quote(provider)}: {}}`
  const audienceLines =
    audiences.length === 0
      ? '# Tokens have to be meant for the URL of this route; `audiences` says otherwise.'
      : `audiences: ${list(audiences)}`
  const scopeLines =
    scopes.length === 0 ? [] : ['resourceMetadata:', `  scopesSupported: ${list(scopes)}`]
  const target =
    'url' in server
      ? [`mcp: {host: ${quote(server.url)}}`]
      : ['stdio:', `  cmd: ${quote(server.command)}`, `  args: ${list(server.args)}`]

  return [
    '# What the command line stands for; save it as portcullis.yaml to go on from here.',
    'binds:',
    `- port: ${port}`,
    '  # Only this machine. Leave it out to listen on all interfaces.',
    '  address: 127.0.0.1',
    '  listeners:',
    '  - routes:',
    '    - name: mcp',
    '      matches:',
    `      - path: {pathPrefix: ${quote(path)}}`,
    '      policies:',
    '        # Web pages that may call: the MCP Inspector.',
    `        cors: {allowOrigins: ['http://localhost:6274', 'http://127.0.0.1:6274']}`,
    '        mcpAuthentication:',
    ...indent(10, [`issuer: ${quote(issuer)}`, providerLines, audienceLines, ...scopeLines]),
    '      backends:',
    '      - mcp:',
    '          targets:',
    '          - name: server',
    ...indent(12, target),
    '',
  ].join('\n')
}

function indent(width: number, lines: readonly string[]): readonly string[] {
  return lines.flatMap(line => line.split('\n')).map(line => ' '.repeat(width) + line)
}

function list(values: readonly string[]): string {
  return `[${values.map(quote).join(', ')}]`
}

/** As a scalar that means the same in a flow mapping; the shell has already put variables in. */
function quote(value: string): string {
  const text = value.replaceAll('$', '$$$$')
  return /^[A-Za-z][A-Za-z0-9./_-]*$/.test(text)
    ? stringify(text, { lineWidth: 0 }).trimEnd()
    : JSON.stringify(text)
}
