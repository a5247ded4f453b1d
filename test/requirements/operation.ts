import type { Requirement } from './requirement.ts'

/** Logs, health and metrics. */
export const operation: readonly Requirement[] = [
  // Operation
  {
    id: 'OPS-1',
    behaviour:
      'One access line per request with subject, client, method, tool, status, reason and duration',
    source: 'docs/operations.md',
  },
  {
    id: 'OPS-2',
    behaviour: 'Tokens and arguments are never logged',
    source: 'SECURITY.md',
  },
  {
    id: 'OPS-3',
    behaviour: '`/healthz/live` answers as long as the process works',
    source: 'docs/operations.md',
  },
  {
    id: 'OPS-4',
    behaviour: '`/healthz/ready` answers 503 and names what is not ready',
    source: 'docs/operations.md',
  },
  {
    id: 'OPS-5',
    behaviour:
      '`/metrics` counts requests, durations, authentication by reason, key fetches, sessions, streams and reloads',
    source: 'docs/operations.md',
  },
  {
    id: 'OPS-6',
    behaviour: 'The admin listener is on loopback unless it is configured otherwise',
    source: 'SECURITY.md',
  },
]
