import type { Requirement } from './requirement.ts'

/** Clients and servers of the session era and of the stateless era, side by side. */
export const eras: readonly Requirement[] = [
  {
    id: 'ERA-1',
    behaviour: 'The stateless era knows no sessions, whatever header a request brings',
    source: 'MCP 2026-07-28 changelog, Major changes',
  },
  {
    id: 'ERA-2',
    behaviour:
      'Lists of the stateless era hold for the shortest time and the narrowest scope of their parts; older ones say nothing of it',
    source: 'MCP 2026-07-28 changelog, Minor changes',
  },
  {
    id: 'ERA-3',
    behaviour:
      'Methods that the stateless era has not, or nobody knows, are 404 with -32601 there, and only there',
    source: 'MCP 2026-07-28 streamable HTTP, Server Validation',
  },
  {
    id: 'ERA-4',
    behaviour:
      'A call of the stateless era reaches its target with `Mcp-Name`, `Mcp-Param-*` and body changed alike, prompts too',
    source: 'MCP 2026-07-28 streamable HTTP, Server Validation',
  },
  {
    id: 'ERA-5',
    behaviour:
      '`server/discover` says what the targets of the stateless era offer together, in the versions that all of them serve',
    source: 'MCP 2026-07-28 discover, Response',
  },
  {
    id: 'ERA-6',
    behaviour:
      'A server of the stateless era asks within its result and is answered by the retry; what it asks otherwise reaches nobody',
    source: 'MCP 2026-07-28 streamable HTTP, Receiving Messages',
  },
  {
    id: 'ERA-7',
    behaviour: 'Tasks carry their target in their id and answer to the rules like calls',
    source: 'MCP 2026-07-28 changelog, Major changes',
  },
  {
    id: 'ERA-8',
    behaviour:
      'Each client meets the servers of its era and those of both; a call that names another says which era that is',
    source: 'docs/federation.md',
  },
  {
    id: 'ERA-9',
    behaviour:
      'A version that nobody serves is answered with those that are served and the one that was asked for',
    source: 'MCP 2026-07-28 versioning, Protocol Version Negotiation',
  },
  {
    id: 'ERA-10',
    behaviour:
      '`subscriptions/listen` has one acknowledgement for all targets and then what each of them says, under the id of the client',
    source: 'MCP 2026-07-28 subscriptions, Acknowledgment',
  },
  {
    id: 'ERA-11',
    behaviour: 'Clients that know both eras find the one that the servers speak',
    source: 'MCP 2026-07-28 versioning, Backward Compatibility with Initialization-Based Versions',
  },
]
