import { isatty } from 'node:tty'
import { pino } from 'pino'
import { redact, redactText } from './redact.ts'
import { readable } from './text.ts'

/** What every part of the gateway gets to log with. Fields first, then one sentence. */
export type Log = Readonly<Record<LogMethod, (fields: object, message: string) => void>>

export type LogMethod = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** The log that the process owns: it can be configured, written to directly, and ended. */
export type RootLog = Log & {
  /** True when a line of this level would be written: ask before building something costly. */
  enabled(level: LogMethod): boolean
  /** Takes over the settings of a (re)loaded configuration. */
  configure(settings: LogSettings): void
  /** Writes one line of JSON, newline included, whatever the level. Nothing in it is redacted. */
  write(line: string): void
  /** Hands everything that is still in memory to the operating system, and waits for that. Lines wait up to 10 ms without it. */
  flush(): void
}

export type LogSettings = {
  readonly level: LogMethod | 'silent'
  /** `auto`: text on a terminal, JSON everywhere else. */
  readonly format: 'text' | 'json' | 'auto'
}

/**
 * Lines wait so long for others. At 9,000 requests a second, one write to the operating system for each line took a
 * tenth of all CPU.
 */
const GATHER_MS = 10
const GATHER_LENGTH = 65_536

/** Where lines go: a file descriptor, or anything that takes text. */
export type LogDestination = number | { write(line: string): void }

const LEVELS: Readonly<Record<LogMethod | 'silent', number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warn: 3,
  error: 4,
  silent: 5,
}

/** Lines that the other end does not take are kept up to here, then dropped: logging never blocks. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024

/**
 * A log in JSON lines or in text for people. Logs go to standard error; standard output belongs to
 * what a command was asked for.
 *
 * Fields are copied and redacted (see `redact`) before they are written; a message is searched for
 * tokens too. A reader that is slow or gone never blocks or ends the process.
 */
export function createLog(settings: LogSettings & { destination?: LogDestination }): RootLog {
  const out = open(settings.destination ?? 2)
  let text = isText(settings.format, out.terminal)
  const write = (line: string): void => out.write(text ? readable(line, out.terminal) : line)

  const logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }), log: redact },
      // What pino does with this name by itself would hide the type of an error that `redact` has copied.
      serializers: { err: (copy: unknown) => copy },
    },
    { write },
  )
  let threshold = LEVELS[settings.level]
  const enabled = (level: LogMethod): boolean => LEVELS[level] >= threshold
  const method =
    (level: LogMethod) =>
    (fields: object, message: string): void => {
      if (enabled(level)) logger[level](fields, redactText(message))
    }

  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    enabled,
    configure({ level, format }) {
      logger.level = level
      threshold = LEVELS[level]
      text = isText(format, out.terminal)
    },
    write,
    flush: out.flush,
  }
}

function isText(format: LogSettings['format'], terminal: boolean): boolean {
  return format === 'auto' ? terminal : format === 'text'
}

type Output = { readonly terminal: boolean; write(line: string): void; flush(): void }

function open(destination: LogDestination): Output {
  if (typeof destination !== 'number') {
    return { terminal: false, write: line => destination.write(line), flush() {} }
  }
  const file = pino.destination({ fd: destination, sync: false, maxLength: MAX_BUFFERED_BYTES })
  // A closed pipe (`portcullis | head`) must not end the gateway.
  file.on('error', () => {})
  let gathered = ''
  let timer: NodeJS.Timeout | undefined
  const hand = (): void => {
    clearTimeout(timer)
    timer = undefined
    file.write(gathered)
    gathered = ''
  }
  return {
    terminal: isatty(destination),
    write(line) {
      gathered += line
      if (gathered.length >= GATHER_LENGTH) hand()
      else timer ??= setTimeout(hand, GATHER_MS).unref()
    },
    flush() {
      if (gathered !== '') hand()
      try {
        file.flushSync()
      } catch {
        // The other end is gone; there is nobody left to tell.
      }
    },
  }
}
