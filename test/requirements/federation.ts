import type { Requirement } from './requirement.ts'

/** Several MCP servers that look like one. */
export const federation: readonly Requirement[] = [
  {
    id: 'FED-1',
    behaviour:
      'Names are `{target}_{name}`, URIs `{target}+{uri}` and `ui://{target}+rest`, and come apart again whatever is in them',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-2',
    behaviour:
      'With `prefixMode: never` a name finds its target in lists that are kept and renewed, later pages included',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-3',
    behaviour:
      'With `prefixMode: never` a name that two targets offer is in no list, and calling it is refused with the names of both',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-4',
    behaviour:
      'Lists have pages: sealed cursors lead on through all targets, in the order of the configuration',
    source: 'MCP 2025-11-25 pagination, Pagination Model',
  },
  {
    id: 'FED-5',
    behaviour: 'Only targets that have a capability are asked for what it is about',
    source: 'MCP 2025-11-25 lifecycle, Capability Negotiation',
  },
  {
    id: 'FED-6',
    behaviour:
      '`initialize` says what the targets offer together, with the instructions of each under its name',
    source: 'MCP 2025-11-25 lifecycle, Initialization',
  },
  {
    id: 'FED-7',
    behaviour:
      'Entries, arguments and results arrive as they were written, but for the names and URIs that clients send back',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-8',
    behaviour:
      '`include` and `exclude` of a target cut its tools from lists and calls, and nothing else',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-9',
    behaviour:
      'What a server asks of the user, the model or the client comes to the client that it works for, and the answer to that server, a refusal too',
    source: 'MCP 2025-11-25 elicitation, Response Actions',
  },
  {
    id: 'FED-10',
    behaviour: 'An answer of another session goes nowhere',
    source: 'SECURITY.md',
  },
  {
    id: 'FED-11',
    behaviour:
      'Progress and log messages reach the caller, and cancelling reaches the target that works',
    source: 'MCP 2025-11-25 cancellation, Behavior Requirements',
  },
  {
    id: 'FED-12',
    behaviour:
      'Subscriptions and completions go to the target whose resource or prompt is meant, and updates carry its name',
    source: 'MCP 2025-11-25 resources, Subscriptions',
  },
  {
    id: 'FED-13',
    behaviour:
      'Clients hear that lists have changed: from a target, when one is lost or comes back, and when the configuration changes',
    source: 'MCP 2025-11-25 tools, List Changed Notification',
  },
  {
    id: 'FED-14',
    behaviour:
      '`failClosed`: one target that does not answer fails what all have to answer; `failOpen`: the others go on, and only when none is left it fails',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-15',
    behaviour: 'A target that comes back is served again without a restart',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-16',
    behaviour:
      'A session that a target has forgotten is opened there anew, once, with what the client said of itself',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'FED-17',
    behaviour:
      'A stream that broke off is taken up again by the event id that its session got, and by no other session',
    source: 'MCP 2025-11-25 transports, Resumability and Redelivery',
  },
  {
    id: 'FED-18',
    behaviour: 'DELETE ends a session at every target, even while one of them is gone',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'FED-19',
    behaviour: '`statefulMode: stateless` gives no sessions and promises nothing that needs one',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-20',
    behaviour: 'A batch is answered by an array in its order',
    source: 'MCP 2025-11-25 transports, Backwards Compatibility',
  },
  {
    id: 'FED-21',
    behaviour: 'A request without a session asks only the target that it is for',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-22',
    behaviour:
      'Callers without a token share nothing at a target unless `anonymousSessions: shared` says so',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-23',
    behaviour:
      'Gateways with one key serve each other’s sessions, and what lives in one process is 404 in the others',
    source: 'docs/operations.md',
  },
  {
    id: 'FED-24',
    behaviour:
      'A server whose offers depend on the caller is listed and called for each caller alone, beside the others',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-25',
    behaviour:
      'A target has one session for each session of a client, opened once however many calls come first',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'FED-26',
    behaviour:
      'Calls of many callers to several targets at the same time get the answers that are theirs',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-27',
    behaviour: 'A name that no target has is an error -32602 with the id of the request',
    source: 'MCP 2025-11-25 tools, Error Handling',
  },
  {
    id: 'FED-28',
    behaviour:
      'Sessions go on over a reload with the targets that are there then, whatever their order',
    source: 'docs/federation.md',
  },
  {
    id: 'FED-29',
    behaviour: 'Servers of the old HTTP+SSE transport are targets like others',
    source: 'MCP 2025-11-25 transports, Backwards Compatibility',
  },
  {
    id: 'FED-30',
    behaviour:
      'A server behind TLS is verified against the authorities that node trusts; nothing is sent to one that is not',
    source: 'RFC 9110 §4.3.4',
  },
]
