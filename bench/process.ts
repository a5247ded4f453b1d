import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { Connection } from './connection.ts'
import { get } from './requests.ts'

/** With two cores or more the process under test has the first for itself; all else runs on the second. */
export const pinned: boolean =
  availableParallelism() > 1 && spawnSync('taskset', ['-V']).error === undefined

const onCore = (core: number, command: readonly string[]): string[] =>
  pinned ? ['taskset', '-c', String(core), ...command] : [...command]

/** Keeps this process, and what it starts, off the core of the process under test. */
export function makeRoom(): void {
  if (pinned) spawnSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)])
}

export type Started = { readonly child: ChildProcess; readonly pid: number; stop(): Promise<void> }

/** @param log file that gets standard error */
export function start(args: readonly string[], core: 0 | 1, log: string): Started {
  const [command = '', ...rest] = onCore(core, [process.execPath, ...args])
  // Whoever wants to can ask it something on the channel; node opens its end only for a program that listens there.
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', openSync(log, 'a'), 'ipc'] })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  return {
    child,
    pid: child.pid ?? 0,
    stop() {
      child.kill()
      return child.exitCode === null && child.signalCode === null ? ended : Promise.resolve()
    },
  }
}

/** The first line that a process prints, as JSON. */
export function greeting<T>({ child }: Started): Promise<T> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as T))
    child.once('exit', code => reject(new Error(`the process ended with ${code}`)))
  })
}

/** Runs a command to its end. Never rejects. */
export async function outcome(args: readonly string[]): Promise<{ ok: boolean; output: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args)
    return { ok: true, output: stdout }
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return { ok: false, output: stderr + stdout }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise(closed => server.close(closed))
  return port
}

/** Settles with the first answer to `request`, whatever it is; rejects after 20 seconds or when the process ends. */
export async function answers(
  { child }: Pick<Started, 'child'>,
  port: number,
  request: string = get('/'),
): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    try {
      const connection = await Connection.open(port)
      await connection.send(request)
      connection.close()
      return
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`the process ended with ${child.exitCode}`)
      if (performance.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, 2))
    }
  }
}
