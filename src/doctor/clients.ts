import type { Finding } from './finding.ts'

/** A client, and what it needs to log in beyond what all need. */
export type KnownClient = {
  readonly name: string
  /** Names of checks; one that is only weak keeps this client out as well. */
  readonly needs: readonly string[]
}

/** Whoever logs in to an MCP server needs these. */
const ALL: readonly string[] = [
  'initialize',
  'resource',
  'authorization-servers',
  'server-metadata',
  'issuer',
  'endpoints',
  'pkce',
  'registration',
  'keys',
]

/** They connect from the machines of their makers. */
const HOSTED: readonly string[] = ['public']
const CHALLENGE: readonly string[] = ['challenge', 'named-metadata']
const REGISTERS: readonly string[] = ['dynamic-registration']
const BROWSER: readonly string[] = [
  'browser-requests',
  'browser-challenge',
  'browser-metadata',
  'browser-registration',
  'browser-token',
]

/**
 * What each was seen to do, or says that it does, in November 2026; docs/clients.md has the versions. A client that
 * knows a metadata document of its own does without a registration endpoint.
 */
export const knownClients: readonly KnownClient[] = [
  { name: 'Claude (web, desktop)', needs: [...HOSTED, ...CHALLENGE, 'resource'] },
  { name: 'Claude Code', needs: ['discover', 'inserted-metadata'] },
  { name: 'ChatGPT', needs: [...HOSTED, ...CHALLENGE] },
  { name: 'VS Code', needs: [...CHALLENGE, 'resource', 'metadata-members', 'server-members'] },
  { name: 'Cursor', needs: [...CHALLENGE, ...REGISTERS] },
  { name: 'Codex', needs: ['inserted-metadata'] },
  { name: 'Gemini CLI', needs: ['inserted-metadata', 'resource', ...REGISTERS] },
  { name: 'GitHub Copilot CLI', needs: ['discover', 'inserted-metadata'] },
  { name: 'OpenCode', needs: [...CHALLENGE, ...REGISTERS] },
  { name: 'MCP Inspector 2', needs: [...CHALLENGE, ...REGISTERS] },
  {
    name: 'MCP Inspector 1, direct',
    needs: [...CHALLENGE, ...REGISTERS, 'metadata-with-token', ...BROWSER],
  },
  { name: 'mcp-remote', needs: [...CHALLENGE, ...REGISTERS] },
  { name: 'mcporter', needs: [...CHALLENGE, ...REGISTERS] },
  { name: 'TypeScript SDK', needs: CHALLENGE },
  { name: 'Python SDK, FastMCP', needs: ['discover', ...CHALLENGE] },
  { name: 'Go SDK', needs: ['discover', ...CHALLENGE] },
  { name: 'rmcp (Rust)', needs: CHALLENGE },
]

/** @returns the checks that keep this client out; empty: it can log in */
export function hindrances(client: KnownClient, findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(
      ({ check, state }) =>
        (state === 'broken' && ALL.includes(check)) ||
        (state !== 'fine' && client.needs.includes(check)),
    )
    .map(({ check }) => check)
}
