import { json } from './configuration.ts'
import type { Figure } from './figure.ts'
import { mustStart } from './gateway.ts'
import { answers, start } from './process.ts'
import { median } from './result.ts'
import { script, type World } from './world.ts'

const starts = 7

/** From the start of the process to its first answer, with a configuration from a file. */
export async function startUp(world: World): Promise<Figure[]> {
  const first = await mustStart('start-up', { targets: json, authentication: true }, world)
  await first.stop()
  const times: number[] = []
  for (let turn = 0; turn < starts; turn++) {
    const before = performance.now()
    const started = start([script('../../dist/main.js'), '-f', first.file], 0, '/dev/null')
    await answers(started, first.port)
    times.push(performance.now() - before)
    await started.stop()
  }
  const name = 'start-up to first answered request'
  return [{ name, value: median(times), unit: 'ms', required: 900, goal: 600 }]
}
