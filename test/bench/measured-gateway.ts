import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configuration, type Features } from '../../bench/configuration.ts'
import { heap, tellsHeap } from '../../bench/heap.ts'
import { answers, freePort } from '../../bench/process.ts'
import { createIssuer, type Issuer } from '../../bench/tokens.ts'
import type { World } from '../../bench/world.ts'
import { built } from '../dev/program.ts'

/** The built gateway in a process of its own that tells how much it allocates. */
export type MeasuredGateway = AsyncDisposable & {
  readonly port: number
  readonly issuer: Issuer
  /** Bytes on its heap. Nothing is freed in between, so the difference of two is what was allocated. */
  allocated(): Promise<number>
  /** Frees what nobody needs. */
  collect(): Promise<void>
}

/**
 * Without the optimising compilers the same code allocates the same every time, as they leave out what they prove
 * nobody sees, once they get to it; and with a young generation that is never full nothing is freed.
 */
const flags = ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation', ...tellsHeap]
const youngGeneration = ['--min-semi-space-size=128', '--max-semi-space-size=128']

export async function startMeasuredGateway(
  features: Features,
  upstreamPort: number,
): Promise<MeasuredGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-allocations-'))
  const issuer = createIssuer(folder)
  const port = await freePort()
  const file = join(folder, 'portcullis.yaml')
  // Targets of a federation all lie there.
  const world = { ports: Array(5).fill(upstreamPort), issuer } as unknown as World
  writeFileSync(file, JSON.stringify(configuration(features, world, port)))
  const child = spawn(
    process.execPath,
    [...flags, ...youngGeneration, built('main.js'), '-f', file],
    { stdio: ['ignore', 'ignore', features.accessLog ? 'ignore' : 'inherit', 'ipc'], cwd: folder },
  )
  await answers({ child }, port)
  return {
    port,
    issuer,
    allocated: async () => (await heap(child, 'size')).heapUsed,
    collect: async () => {
      await heap(child, 'collect')
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
