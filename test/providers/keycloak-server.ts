import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'
import { freePort } from '../conformance/gateway.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Origin of the Keycloak of this run. */
    keycloak: string
  }
}

/** A first run downloads and builds. */
const PATIENCE_MS = 15 * 60_000

/** Starts a Keycloak for all test files, unless KEYCLOAK names the origin of one that runs already. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const running = process.env.KEYCLOAK
  if (running !== undefined) {
    provide('keycloak', running)
    return () => Promise.resolve()
  }
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-keycloak-'))
  const output: string[] = []
  const server = spawn('scripts/keycloak/server.sh', ['run', String(port), join(folder, 'home')])
  const ended = new Promise<never>((_, reject) => {
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`Keycloak ended:\n${output.join('')}`)))
  })
  ended.catch(() => undefined)
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
  }
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM')
    await ended.catch(() => undefined)
    await rm(folder, { recursive: true })
  }
  try {
    await Promise.race([answering(`${origin}/realms/mcp`), ended])
  } catch (error) {
    await stop()
    throw error
  }
  provide('keycloak', origin)
  return stop
}

async function answering(url: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    await delay(200)
  }
  throw new Error(`nothing answers at ${url}`)
}
