import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { StdioTransport } from '../../config/snapshot.ts'

/** A running MCP server that speaks lines of JSON over its standard streams. */
export type Child = {
  readonly pid: number | undefined
  /** False when the process does not read its input and the queue to it is full. */
  send(line: string): boolean
  /** Closes its input, then TERM, then KILL, the whole process group; settles when it is gone. */
  stop(): Promise<void>
}

export type ChildEvents = {
  /** One line of standard output without its end. */
  line(text: string): void
  /** One line of standard error. */
  stderr(text: string): void
  /** Once, when the process is gone or could not be started; a sentence without full stop. */
  gone(reason: string): void
}

const MAX_LINE = 32 * 1024 * 1024
const MAX_QUEUED = 32 * 1024 * 1024
const MAX_STDERR_LINE = 8 * 1024
/** After its input was closed, and again after TERM. */
const GRACE_MS = 2_000

/**
 * Starts a stdio target (spec 2026-07-28, basic/transports/stdio).
 *
 * The child leads a process group of its own, so that `uv run` and `npx`, which start another process,
 * leave nothing behind when they are stopped. If the gateway itself is killed, the closed input ends it.
 *
 * @param environment of the gateway; the child sees it unless `clearEnv` is set
 */
export function startChild(
  transport: StdioTransport,
  environment: NodeJS.ProcessEnv,
  events: ChildEvents,
): Child {
  const child = spawn(transport.command, transport.args, {
    env: transport.clearEnv ? { ...transport.env } : { ...environment, ...transport.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  })
  const exited = new Promise<void>(resolve => {
    let failure: string | undefined
    child.once('error', error => {
      failure = `could not be started: ${error.message}`
      if (child.pid === undefined) settle()
    })
    // Grandchildren may hold the pipes open, so that `close` would never come.
    child.once('exit', () => sweep(child))
    child.once('close', () => settle())
    const settle = (): void => {
      events.gone(failure ?? exitReason(child))
      resolve()
    }
  })
  readLines(child.stdout, MAX_LINE, events.line, () => {
    events.stderr(`a line of its output is longer than ${MAX_LINE} bytes, it is stopped`)
    signalGroup(child, 'SIGKILL')
  })
  readLines(child.stderr, MAX_STDERR_LINE, events.stderr, undefined)
  // A write to a process that has gone: `gone` reports it.
  child.stdin.on('error', () => undefined)

  return {
    pid: child.pid,
    send(line) {
      if (child.stdin.writableLength > MAX_QUEUED) return false
      child.stdin.write(`${line}\n`)
      return true
    },
    async stop() {
      child.stdin.end()
      if (await settlesWithin(exited, GRACE_MS)) return
      signalGroup(child, 'SIGTERM')
      if (await settlesWithin(exited, GRACE_MS)) return
      signalGroup(child, 'SIGKILL')
      await exited
    },
  }
}

/**
 * Whether a command can be found as `spawn` would: as a path, or in the folders of PATH.
 *
 * Does not check that it is an MCP server, nor its arguments.
 */
export function commandExists(transport: StdioTransport, environment: NodeJS.ProcessEnv): boolean {
  const { command } = transport
  if (command.includes('/') || command.includes(sep)) return isExecutable(command)
  const path =
    transport.env.PATH ?? (transport.clearEnv ? undefined : environment.PATH) ?? '/usr/bin:/bin'
  const suffixes = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : ['']
  return path
    .split(delimiter)
    .some(folder => suffixes.some(suffix => isExecutable(join(folder, command + suffix))))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function exitReason({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `ended with exit code ${exitCode}` : `was ended by ${signalCode}`
}

/** Ends what is left of the group. */
function sweep(child: ChildProcess): void {
  signalGroup(child, 'SIGKILL')
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // The group has no member left.
  }
}

async function settlesWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(resolve, ms, false)
  })
  const settled = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return settled
}

/** @param tooLong called once instead of the line; undefined: the rest of the line is cut off */
function readLines(
  stream: NodeJS.ReadableStream,
  limit: number,
  onLine: (line: string) => void,
  tooLong: (() => void) | undefined,
): void {
  const decoder = new StringDecoder('utf8')
  // Pieces of an unfinished line: joining them once keeps a 3 MB line linear.
  let pieces: string[] = []
  let length = 0
  const flush = (last: string): void => {
    const line = pieces.length === 0 ? last : pieces.join('') + last
    pieces = []
    length = 0
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    if (text.trim() !== '') onLine(text)
  }
  stream.on('data', (chunk: Buffer) => {
    const text = decoder.write(chunk)
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      flush(text.slice(from, end))
      from = end + 1
    }
    if (from === text.length) return
    length += text.length - from
    if (length <= limit) pieces.push(text.slice(from))
    else if (tooLong !== undefined) tooLong()
  })
  stream.on('end', () => flush(decoder.end()))
}
