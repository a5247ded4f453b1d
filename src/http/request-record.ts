import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Identity } from '../auth/identity.ts'
import type { Call } from '../mcp/call.ts'
import type { AccessEntry, AccessLog } from '../observe/access-log.ts'
import type { Metrics, Series } from '../observe/metrics.ts'

/** What is learnt of one request on its way, for the access log and the metrics. */
export type RequestRecord = {
  readonly startedAt: number
  address: string
  path: string
  route: string | undefined
  identity: Identity | undefined
  call: Call | undefined
  /** The one that it went to; undefined: none; empty: several, one by one. */
  target: string | undefined
  reason: string | undefined
  /** Where the rule that denied it was written. */
  rule: string | undefined
  /** Its answer is an event stream, which is counted here while it is open. */
  isStream: boolean
  readonly streams: Series
}

export type Recorder = {
  /** Begins a record; its line is written when the answer is complete or the client gone. */
  begin(req: IncomingMessage, res: ServerResponse): RequestRecord
}

/** One record per request: nothing is formatted unless somebody reads it. */
export function createRecorder(accessLog: AccessLog, metrics: Metrics): Recorder {
  const streams = metrics.streams.of()
  return {
    begin(req, res) {
      const record: RequestRecord = {
        startedAt: performance.now(),
        address: '',
        path: '',
        route: undefined,
        identity: undefined,
        call: undefined,
        target: undefined,
        reason: undefined,
        rule: undefined,
        isStream: false,
        streams,
      }
      res.on('close', () => {
        const durationMs = performance.now() - record.startedAt
        const { route = '', call } = record
        const method = req.method ?? ''
        const status = res.headersSent ? res.statusCode : 499
        metrics.requests.of(route, method, String(status)).add()
        if (record.isStream) streams.add(-1)
        else metrics.requestDuration.of(route).observe(durationMs / 1000)
        if (call !== undefined && call.method !== '') {
          metrics.mcpCalls.of(route, call.method, record.target ?? '', record.reason ?? 'ok').add()
        }
        if (accessLog.enabled()) accessLog.write(accessEntry(record, method, status, durationMs))
      })
      return record
    },
  }
}

function accessEntry(
  record: RequestRecord,
  method: string,
  status: number,
  durationMs: number,
): AccessEntry {
  const { call, identity } = record
  return {
    address: record.address,
    method,
    path: record.path,
    status,
    route: record.route,
    subject: identity?.subject,
    client: identity?.client,
    mcp: call?.method,
    name: call?.name,
    target: record.target || undefined,
    era: call?.era,
    session: call?.session?.slice(-8),
    reason: reasonOf(record) ?? (status === 499 ? 'client_gone' : undefined),
    durationMs,
    bytes: undefined,
  }
}

/** The kind of failure, and of a denial the rule; only the kind is a label of metrics. */
function reasonOf({ reason, rule }: RequestRecord): string | undefined {
  return rule === undefined ? reason : `${reason} by ${rule}`
}
