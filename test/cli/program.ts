import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { built } from '../dev/program.ts'

export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type Program = {
  readonly process: ChildProcess
  /** Resolves with the match once standard output has it; rejects when the program ends before. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>
  /** The same of standard error, where the log is. */
  logged(pattern: RegExp): Promise<RegExpMatchArray>
  readonly ended: Promise<Ended>
}

export type Folder = {
  readonly path: string
  file(name: string, text: string): string
  remove(): void
}

/** A folder of its own, so that no test sees the files of another. */
export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-cli-'))
  return {
    path,
    file(name, text) {
      writeFileSync(join(path, name), text)
      return join(path, name)
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Starts the built program as a user would. */
export function start(
  args: readonly string[],
  options: { folder: Folder; input?: string; environment?: Readonly<Record<string, string>> },
): Program {
  const child = spawn(process.execPath, [built('main.js'), ...args], {
    cwd: options.folder.path,
    env: { ...process.env, XDG_STATE_HOME: options.folder.path, ...options.environment },
  })
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(
    ([code, signal]): Ended => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout,
      stderr,
    }),
  )
  const found = (
    stream: Readable,
    text: () => string,
    pattern: RegExp,
  ): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = text().match(pattern)
        if (match !== null) resolve(match)
      }
      stream.on('data', look)
      look()
      void ended.then(({ code }) =>
        reject(new Error(`Ended with ${code} before ${pattern} came:\n${stdout}${stderr}`)),
      )
    })
  return {
    process: child,
    ended,
    printed: pattern => found(child.stdout, () => stdout, pattern),
    logged: pattern => found(child.stderr, () => stderr, pattern),
  }
}

/** Runs a command that ends by itself. */
export function run(args: readonly string[], options: Parameters<typeof start>[1]): Promise<Ended> {
  return start(args, options).ended
}
