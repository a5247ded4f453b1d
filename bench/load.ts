import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Connection } from './connection.ts'
import { firstNumber, numbered } from './requests.ts'

export type Traffic = {
  /** Bytes of one request, with marks. */
  readonly request: string
  /** Each call takes the next one; the load ends with the last. */
  readonly tokens?: readonly string[]
}

export type Load = Traffic & {
  readonly port: number
  readonly seconds: number
  readonly connections: number
  /** Requests per second to send; left out: as many as go. */
  readonly rate?: number
}

export type Outcome = {
  readonly calls: number
  /** Answers other than 2xx and 3xx, and broken connections. */
  readonly failed: number
  readonly seconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

export const hasWrk: boolean = spawnSync('wrk', ['-v']).error === undefined

/** By wrk when it is installed and can do it, else by our own loop, which costs more but does all. */
export function applyLoad(load: Load, folder: string): Promise<Outcome> {
  const plain = load.tokens === undefined && load.rate === undefined
  return plain && hasWrk ? byWrk(load, folder) : bySockets(load)
}

const run = promisify(execFile)

async function byWrk(
  { port, request, seconds, connections }: Load,
  folder: string,
): Promise<Outcome> {
  const file = join(folder, 'request.http')
  writeFileSync(file, request)
  const script = join(import.meta.dirname, '..', 'load.lua')
  const size = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s']
  const { stdout } = await run('wrk', [
    ...size,
    '-s',
    script,
    `http://127.0.0.1:${port}`,
    '--',
    file,
  ])
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{'))) as Outcome
}

/** With a rate, latency counts from the time when a call was due, so that a stall is not hidden. */
export async function bySockets(load: Load): Promise<Outcome> {
  const { port, request, tokens, seconds, connections, rate } = load
  const latencies: number[] = []
  let number = 0
  let failed = 0
  const start = performance.now()
  const end = start + seconds * 1000

  async function client(): Promise<void> {
    let connection = await Connection.open(port)
    for (;;) {
      const index = number++
      if (tokens !== undefined && index >= tokens.length) break
      const due = rate === undefined ? performance.now() : start + (index * 1000) / rate
      if (due >= end) break
      const wait = due - performance.now()
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
      try {
        const answer = await connection.send(
          numbered(request, firstNumber + index, tokens?.[index]),
        )
        if (answer.status >= 400) failed++
      } catch {
        failed++
        connection = await Connection.open(port)
      }
      latencies.push(performance.now() - due)
    }
    connection.close()
  }

  await Promise.all(Array.from({ length: connections }, client))
  const taken = (performance.now() - start) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0
  return { calls: latencies.length, failed, seconds: taken, p50: at(0.5), p99: at(0.99) }
}
