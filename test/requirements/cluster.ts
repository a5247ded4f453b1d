import type { Requirement } from './requirement.ts'

/** Running in a Kubernetes cluster. */
export const cluster: readonly Requirement[] = [
  {
    id: 'CLUSTER-1',
    behaviour:
      'The next request for a Service goes to the ready endpoint where the fewest are running',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-2',
    behaviour:
      'A session with an MCP server stays with the endpoint that opened it, on every replica, as long as that serves',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-3',
    behaviour:
      'An endpoint that cannot be reached costs nobody an answer while there is another one; what was sent is never sent again',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-4',
    behaviour: 'Hosts that the gateway itself serves are found without a name service',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-5',
    behaviour:
      'A port that cannot be opened harms only its listener, whose status says `PortUnavailable`; it is opened once it is free',
    source: 'Gateway API ListenerConditionReason',
  },
  {
    id: 'CLUSTER-6',
    behaviour: 'What is known of endpoints is bounded however many come and go',
    source: 'docs/kubernetes.md',
  },
]
