import type { RootLog } from './log.ts'

/**
 * One request, after its end. There is no member for a token, an argument, a query or a body, so that
 * none can be logged by mistake. Undefined members are left out of the line.
 */
export type AccessEntry = {
  /** Of the client's address. */
  readonly address: string | undefined
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly status: number
  readonly route: string | undefined
  /** Who called, as the token says. */
  readonly subject: string | undefined
  /** OAuth client id. */
  readonly client: string | undefined
  /** JSON-RPC method. */
  readonly mcp: string | undefined
  /** Of the tool or prompt; of a resource the URI, without its query. */
  readonly name: string | undefined
  readonly target: string | undefined
  readonly era: 'legacy' | 'modern' | undefined
  /** A short digest of the session id: tells sessions apart, opens none. */
  readonly session: string | undefined
  /** Why it was refused or failed: the kind of failure. */
  readonly reason: string | undefined
  readonly durationMs: number
  /** Of the answer's body. */
  readonly bytes: number | undefined
}

export type AccessLog = {
  /** False: nobody reads the lines, so nothing has to be collected. */
  enabled(): boolean
  write(entry: AccessEntry): void
}

const MAX_LINE = 4096
const MAX_TEXT = 256

/**
 * One line per request at level info. Past the general logger, whose copying and redaction cost several
 * times as much: an entry has nothing to redact.
 */
export function createAccessLog(log: RootLog, now: () => number = Date.now): AccessLog {
  let second = Number.NaN
  let prefix = ''

  /** The text of a time is the same up to the milliseconds for many lines. */
  function time(): string {
    const millis = now()
    const current = Math.floor(millis / 1000)
    if (current !== second) {
      second = current
      prefix = new Date(current * 1000).toISOString().slice(0, 20)
    }
    return prefix + String(millis - current * 1000).padStart(3, '0')
  }

  return {
    enabled: () => log.enabled('info'),
    write(entry) {
      if (!log.enabled('info')) return
      const rounded = { ...entry, durationMs: Math.round(entry.durationMs * 100) / 100 }
      let members = JSON.stringify(rounded)
      // What strangers choose (path, names) may be long.
      if (members.length > MAX_LINE) members = JSON.stringify(rounded, shorten)
      log.write(`{"level":"info","time":"${time()}Z",${members.slice(1, -1)},"msg":"request"}\n`)
    },
  }
}

function shorten(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_TEXT
    ? `${value.slice(0, MAX_TEXT)}…`
    : value
}
