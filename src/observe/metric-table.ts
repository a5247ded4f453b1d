/**
 * Every metric of the gateway, as data: the registry is made from this table, and so is
 * `docs/reference/metrics.md`. Names and units follow the Prometheus conventions.
 */
export type MetricDescription<Labels extends readonly string[] = readonly string[]> = {
  readonly name: string
  readonly help: string
  readonly labels: Labels
}

export type HistogramDescription<Labels extends readonly string[] = readonly string[]> =
  MetricDescription<Labels> & {
    /** Upper bounds, ascending. */
    readonly buckets: readonly number[]
  }

/** Upper bounds in seconds: a call that the gateway answers itself up to one that works for long. */
const DURATION_BUCKETS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

export const COUNTERS: {
  readonly requests: MetricDescription<['route', 'method', 'status']>
  readonly mcpCalls: MetricDescription<['route', 'method', 'target', 'outcome']>
  readonly authentications: MetricDescription<['route', 'outcome']>
  readonly keySetFetches: MetricDescription<['issuer', 'outcome']>
  readonly sessionsOpened: MetricDescription<[]>
  readonly sessionsEnded: MetricDescription<[]>
  readonly reloads: MetricDescription<['outcome']>
} = {
  requests: {
    name: 'portcullis_requests_total',
    help: 'HTTP requests by route, HTTP method and status of the answer.',
    labels: ['route', 'method', 'status'],
  },
  mcpCalls: {
    name: 'portcullis_mcp_calls_total',
    help: 'MCP messages of clients by JSON-RPC method, target and outcome.',
    labels: ['route', 'method', 'target', 'outcome'],
  },
  authentications: {
    name: 'portcullis_authentications_total',
    help: 'Checks of credentials; the outcome is ok, anonymous or the kind of failure.',
    labels: ['route', 'outcome'],
  },
  keySetFetches: {
    name: 'portcullis_key_set_fetches_total',
    help: 'Attempts to get the key set of an issuer.',
    labels: ['issuer', 'outcome'],
  },
  sessionsOpened: {
    name: 'portcullis_sessions_opened_total',
    help: 'Legacy MCP sessions that were opened here.',
    labels: [],
  },
  sessionsEnded: {
    name: 'portcullis_sessions_ended_total',
    help: 'Legacy MCP sessions that ended here, by a client or by time.',
    labels: [],
  },
  reloads: {
    name: 'portcullis_reloads_total',
    help: 'Configurations that were read again: ok, refused (it has errors) or failed (a port, say).',
    labels: ['outcome'],
  },
}

export const GAUGES: {
  readonly streams: MetricDescription<[]>
  readonly buildInfo: MetricDescription<['version', 'node']>
} = {
  streams: {
    name: 'portcullis_streams',
    help: 'Event streams to clients that are open now.',
    labels: [],
  },
  buildInfo: {
    name: 'portcullis_build_info',
    help: 'Always 1; the labels say what runs.',
    labels: ['version', 'node'],
  },
}

export const HISTOGRAMS: {
  readonly requestDuration: HistogramDescription<['route']>
} = {
  requestDuration: {
    name: 'portcullis_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer; event streams are left out.',
    labels: ['route'],
    buckets: DURATION_BUCKETS,
  },
}
