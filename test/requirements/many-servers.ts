import type { Requirement } from './requirement.ts'

/** Several servers behind one endpoint: what lists keep, tasks, real servers, many sessions. */
export const manyServers: readonly Requirement[] = [
  {
    id: 'LIST-1',
    behaviour:
      'A page of a list of the modern era is kept as long as its target says: `public` for all callers, `private` for the token that asked',
    source: 'MCP 2026-07-28 caching',
  },
  {
    id: 'LIST-2',
    behaviour:
      'What is kept of a target is dropped when it announces a change or answers with an error; lists of the legacy era are always asked for',
    source: 'docs/federation.md',
  },
  {
    id: 'LIST-3',
    behaviour:
      'Clients meet the targets of their era; errors name the era of a target, and the log says once which targets an era does not see',
    source: 'docs/federation.md',
  },
  {
    id: 'LIST-4',
    behaviour:
      'The catalog of names asks with the capabilities of the caller, because servers may list by them',
    source: 'docs/federation.md',
  },
  {
    id: 'REAL-1',
    behaviour:
      'A federation of the reference servers, a server on SDK v2 and one on FastMCP serves lists, calls, resources, prompts and completions of each',
    source: 'docs/federation.md',
  },
  {
    id: 'REAL-2',
    behaviour:
      'Elicitation, sampling, roots, progress, cancellation and subscriptions of real servers reach the client with a session that they are meant for',
    source: 'docs/federation.md',
  },
  {
    id: 'REAL-3',
    behaviour:
      'Clients of 2026-07-28 meet the real servers that speak it, with everything that these can ask them',
    source: 'docs/federation.md',
  },
  {
    id: 'REAL-4',
    behaviour:
      'A real server that dies is missed only by those who call it, and is used again when it is back',
    source: 'docs/federation.md',
  },
  {
    id: 'TASK-1',
    behaviour:
      'Tasks of 2025-11-25 in a federation have ids that carry their target; each request about one goes to that target',
    source: 'MCP 2025-11-25 basic, Tasks',
  },
  {
    id: 'SCALE-1',
    behaviour:
      'Behind a balancer without stickiness one of two processes with one key is killed: sessions with HTTP servers go on, with calls, streams and DELETE',
    source: 'docs/operations.md',
  },
  {
    id: 'SCALE-2',
    behaviour:
      'What lives in a killed process is answered 404 by the other, and clients that start over go on there',
    source: 'docs/operations.md',
  },
  {
    id: 'SCALE-3',
    behaviour:
      'Memory of 10,000 sessions and 500 streams is bounded, and they leave no descriptor behind; one session more is refused with the limit',
    source: 'docs/operations.md',
  },
]
