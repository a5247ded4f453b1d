import { homedir } from 'node:os'
import { join } from 'node:path'

/** A client that people run, at one version, where `scripts/ci/keycloak.sh` has installed it. */
export type ClientProgram = {
  readonly name: string
  readonly version: string
  /** Path of what to run below the folder of its installation. */
  readonly main: string
}

/** The same versions as in that script. */
export const INSPECTOR: ClientProgram = {
  name: 'inspector',
  version: '2.12.0',
  main: 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
}

export const MCP_REMOTE: ClientProgram = {
  name: 'mcp-remote',
  version: '0.15.1',
  main: 'node_modules/mcp-remote/dist/proxy.js',
}

const cache = process.env.PORTCULLIS_CI_CACHE ?? join(homedir(), '.cache/portcullis-ci')

/** Both want a node that is newer than the oldest one that the gateway runs with. */
export const NODE_22: string = join(cache, 'node-22/node_modules/.bin/node')

export function pathOf({ name, version, main }: ClientProgram): string {
  return join(cache, `${name}-${version}`, main)
}

/** Drives the browser. */
export const PLAYWRIGHT: ClientProgram = {
  name: 'playwright-core',
  version: '1.65.1',
  main: 'node_modules/playwright-core/index.mjs',
}

/** Of the package that `scripts/ci/keycloak.sh` installs. */
export const CHROMIUM = '/usr/bin/chromium'
