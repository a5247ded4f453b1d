import { homedir } from 'node:os'
import { join } from 'node:path'

/** A program at one version, where `scripts/ci/keycloak.sh` has installed it. */
export type Program = {
  readonly name: string
  readonly version: string
  /** Path of what to run below the folder of its installation. */
  readonly main: string
}

export const INSPECTOR: Program = {
  name: 'inspector',
  version: '2.12.0',
  main: 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
}

/** What guides of 2025 mean by its latest version: the page takes the server from its own address. */
export const INSPECTOR_BEFORE_2: Program = {
  name: 'inspector',
  version: '0.17.5',
  main: 'node_modules/@modelcontextprotocol/inspector/cli/build/cli.js',
}

export const MCP_REMOTE: Program = {
  name: 'mcp-remote',
  version: '0.15.1',
  main: 'node_modules/mcp-remote/dist/proxy.js',
}

/** Drives the browser. */
export const PLAYWRIGHT: Program = {
  name: 'playwright-core',
  version: '1.65.1',
  main: 'node_modules/playwright-core/index.mjs',
}

/** What people run as a client, for the page about compatibility. */
export const programs: readonly {
  readonly title: string
  readonly program: Program
  readonly ran: string
  readonly protocols: readonly string[]
  readonly identities: readonly string[]
}[] = [
  {
    title: 'MCP Inspector, command line',
    program: INSPECTOR,
    ran: 'the program',
    protocols: ['2025-11-25', '2026-07-28'],
    identities: ['registration', 'metadata document', 'an id given by hand'],
  },
  {
    title: 'MCP Inspector, page',
    program: INSPECTOR,
    ran: 'the program, with Chromium',
    protocols: ['2025-11-25', '2026-07-28'],
    identities: ['registration'],
  },
  {
    title: 'mcp-remote',
    program: MCP_REMOTE,
    ran: 'the program',
    protocols: ['2025-11-25'],
    identities: ['registration', 'metadata document', 'an id given by hand'],
  },
]

const cache = process.env.PORTCULLIS_CI_CACHE ?? join(homedir(), '.cache/portcullis-ci')

/** The clients want a node that is newer than the oldest one that the gateway runs with. */
export const NODE_22: string = join(cache, 'node-22/node_modules/.bin/node')

/** Where Debian has it. */
export const CHROMIUM: string = process.env.CHROMIUM ?? '/usr/bin/chromium'

export function pathOf({ name, version, main }: Program): string {
  return join(cache, `${name}-${version}`, main)
}
