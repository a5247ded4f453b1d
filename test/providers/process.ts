import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NODE_22, type Program, pathOf } from './programs.ts'

export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type RunningProgram = AsyncDisposable & {
  /** The first match in what it has written, or will write, to either stream; rejects when it ends without. */
  written(pattern: RegExp): Promise<RegExpExecArray>
  readonly ended: Promise<Ended>
}

/** A home folder that nobody else uses, so that a program finds no tokens of an earlier test. */
export async function emptyHome(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'portcullis-client-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** What makes a program of a client take `home` for its own and leave the real browser alone. */
export function environmentOf(home: string): NodeJS.ProcessEnv {
  return { ...process.env, HOME: home, BROWSER: 'true', NO_COLOR: '1', CI: undefined }
}

export function startProgram(
  program: Program,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): RunningProgram {
  const child = spawn(NODE_22, [pathOf(program), ...args], {
    env: environment,
    cwd: environment.HOME,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, because launchers leave what they started behind.
    detached: true,
  })
  const output = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...output }))
  })
  return {
    ended,
    written(pattern) {
      return new Promise((found, missing) => {
        const look = (): void => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr)
          if (match === null) return
          waiting.delete(look)
          found(match)
        }
        waiting.add(look)
        look()
        ended.then(
          ({ stdout, stderr }) =>
            missing(new Error(`${pattern} was not written: ${stdout}${stderr}`)),
          missing,
        )
      })
    },
    async [Symbol.asyncDispose]() {
      const runs = child.exitCode === null && child.signalCode === null
      if (runs && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
      await ended
    },
  }
}
