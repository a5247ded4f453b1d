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
]
