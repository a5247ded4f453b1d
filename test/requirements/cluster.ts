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
  {
    id: 'CLUSTER-21',
    behaviour:
      'Credentials come from `--kubeconfig`, from where kubectl looks, or from the pod, whose token is read again for every request',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-7',
    behaviour:
      '`--settings FILE` gives what no object says, such as the store of shared limits; anything but `config` in it is refused with its place',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-8',
    behaviour:
      'The Helm chart is accepted by a real API server; its roles are enough and allow nothing else',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-9',
    behaviour:
      '`portcullis kubernetes --print-manifests` prints the chart, under the names that are asked for',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-10',
    behaviour:
      'What agentgateway\'s guide "MCP Authentication with OAuth" applies and calls works word for word',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-11',
    behaviour:
      'What Kuadrant\'s guide "Authentication Configuration" applies, calls and logs in with works word for word',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-12',
    behaviour:
      'Open ports follow the listeners of the Gateways, and so do those of the Service in front of the replicas',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-13',
    behaviour:
      'A change of an object takes effect on every replica, also after cut watches, and after an API server that was away, restarted, or had forgotten old versions',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-14',
    behaviour:
      'All replicas have the key of one Secret, made by whoever comes first and replaced without ending a session',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-15',
    behaviour: 'One replica, elected by a Lease, writes statuses; when it dies another one does',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-16',
    behaviour: 'A replica is ready once everything was read, and not before',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-17',
    behaviour:
      'A kind that is not installed, or may not be read, is said once in the log, and counts as soon as it can be read',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-18',
    behaviour:
      'After SIGTERM a replica is no longer ready, running calls end, and its lease is free',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-19',
    behaviour: 'A Secret is replaced without one failed call',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'CLUSTER-20',
    behaviour: 'Thousands of routes and policies are served, and each change takes effect',
    source: 'docs/kubernetes.md',
  },
]
