import type { Requirement } from './requirement.ts'

/** Messages, sessions and the ways to MCP servers. */
export const mcp: readonly Requirement[] = [
  // Calls to the MCP server
  {
    id: 'CALL-1',
    behaviour: 'Requests, notifications, responses and server requests pass in both directions',
    source: 'MCP 2025-11-25 transports, Sending Messages to the Server',
  },
  {
    id: 'CALL-2',
    behaviour: 'Event streams are passed on as they come, with keep-alive comments when idle',
    source: 'MCP 2025-11-25 transports, Listening for Messages from the Server',
  },
  {
    id: 'CALL-3',
    behaviour: 'GET streams, `Last-Event-ID` and DELETE reach the target',
    source: 'MCP 2025-11-25 transports, Resumability and Redelivery',
  },
  {
    id: 'CALL-4',
    behaviour:
      'Unknown members, ids of any JSON type, large numbers and the bytes of results pass untouched',
    source: 'MCP 2025-11-25 base protocol, Messages',
  },
  {
    id: 'CALL-5',
    behaviour:
      "A client's token never reaches a target unless `backendAuth: {passthrough: {}}` says so",
    source: 'MCP 2025-11-25 authorization, Access Token Privilege Restriction',
  },
  {
    id: 'CALL-6',
    behaviour: '`backendAuth: {key: …}` sets the credential of the target',
    source: 'docs/configuration.md',
  },
  {
    id: 'CALL-7',
    behaviour:
      'A message that cannot be classified gets 400, 404, 406 or 415 and a JSON-RPC error with its id',
    source: 'MCP 2026-07-28 streamable HTTP, Server Validation',
  },
  {
    id: 'CALL-8',
    behaviour: 'Headers that contradict the body are refused',
    source: 'MCP 2026-07-28 streamable HTTP, Server Validation',
  },
  {
    id: 'CALL-9',
    behaviour: 'A slow or dead target harms only the requests that need it',
    source: 'docs/operations.md',
  },
  {
    id: 'CALL-10',
    behaviour: "A route's timeout is the time to the first byte, so event streams are not cut",
    source: 'docs/configuration.md',
  },
  {
    id: 'CALL-11',
    behaviour:
      'Servers are asked for answers that are not compressed, because they are read or get comments between events',
    source: 'RFC 9110 §12.5.3',
  },
  // Servers as child processes
  {
    id: 'STDIO-1',
    behaviour: 'One child per session of the session era; one shared child for the stateless era',
    source: 'MCP 2025-11-25 transports, stdio',
  },
  {
    id: 'STDIO-2',
    behaviour: '`args`, `env` and `clear_env` reach the child; its stderr goes to the log',
    source: 'MCP 2025-11-25 transports, stdio',
  },
  {
    id: 'STDIO-3',
    behaviour:
      'A child that dies is reported to its callers at once and started again with back-off for new work',
    source: 'docs/operations.md',
  },
  {
    id: 'STDIO-4',
    behaviour: 'No child is left behind: TERM, then KILL, for the whole process group',
    source: 'MCP 2025-11-25 lifecycle, Shutdown',
  },
  // Sessions
  {
    id: 'SESS-1',
    behaviour: 'A session belongs to the identity that opened it; another one gets 404',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'SESS-2',
    behaviour: 'An unknown or expired session gets 404',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'SESS-3',
    behaviour: 'A refreshed token of the same user keeps the session',
    source: 'docs/operations.md',
  },
  {
    id: 'SESS-4',
    behaviour:
      'A request of the session era without a session is served on its own and answered as JSON',
    source: 'docs/clients.md',
  },
  {
    id: 'SESS-5',
    behaviour:
      'What needs a session (GET stream, DELETE, responses, subscribe, setLevel) gets 400 without one',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'SESS-6',
    behaviour: 'Sessions are bounded in number and in time',
    source: 'SECURITY.md',
  },
  {
    id: 'SESS-7',
    behaviour: 'The id of a session with a hundred servers fits the header limits of usual proxies',
    source: 'docs/operations.md',
  },
]
