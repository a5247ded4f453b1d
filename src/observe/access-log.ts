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
      let members = membersOf(entry, text => text)
      // What strangers choose (path, names) may be long.
      if (members.length > MAX_LINE) members = membersOf(entry, shorten)
      log.write(`{"level":"info","time":"${time()}Z"${members},"msg":"request"}\n`)
    },
  }
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

/** The members of a JSON object, each after a comma. `JSON.stringify` takes twice as long for the same. */
function membersOf(entry: AccessEntry, prepare: (text: string) => string): string {
  let members = ''
  for (const name in entry) {
    const value = entry[name as keyof AccessEntry]
    if (value === undefined) continue
    members += `,"${name}":${typeof value === 'string' ? quoted(prepare(value)) : Math.round(value * 100) / 100}`
  }
  return members
}

/** What needs an escape in JSON, and what is not for this to decide. */
const special = /[^ !#-[\]-~]/

function quoted(text: string): string {
  return special.test(text) ? JSON.stringify(text) : `"${text}"`
}
