import type { Requirement } from './requirement.ts'

/** What a call costs, as far as it can be checked without a clock. */
export const speed: readonly Requirement[] = [
  {
    id: 'SPEED-1',
    behaviour:
      'What one call allocates on each of the hot paths changes only together with its baseline',
    source: 'docs/performance.md',
  },
  {
    id: 'SPEED-2',
    behaviour:
      'Connections to a server are kept: however many calls come, there are never more than calls at the same time',
    source: 'docs/performance.md',
  },
  {
    id: 'SPEED-3',
    behaviour: 'A result of many megabytes passes at the pace of its client, and is not kept',
    source: 'docs/performance.md',
  },
]
