import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { configuration, type Features } from './configuration.ts'
import { Connection } from './connection.ts'
import type { Figure } from './figure.ts'
import { mustStart } from './gateway.ts'
import { bySockets } from './load.ts'
import { echo, firstNumber, modern, numbered } from './requests.ts'
import type { World } from './world.ts'

const seconds = 6
const reloads = 10
const connections = 16

/** Calls while the configuration changes under them. */
export async function reloadUnderLoad(world: World): Promise<Figure[]> {
  const features: Features = { authentication: true }
  const gateway = await mustStart('reload', features, world)
  const { port, file } = gateway
  const token = await world.issuer.token()
  const call = (path: string): string =>
    modern({ path, method: 'tools/call', params: echo(), token })
  const change = async (): Promise<void> => {
    for (let turn = 1; turn <= reloads; turn++) {
      await wait((seconds * 1000) / (reloads + 1))
      const more = { ...features, otherRoutes: turn }
      writeFileSync(file, JSON.stringify(configuration(more, world, port)))
    }
  }
  const [{ failed, p99 }] = await Promise.all([
    bySockets({ request: call('/mcp'), port, seconds, connections }),
    change(),
  ])
  await answered(port, call(`/other/${reloads - 1}/mcp`))
  await gateway.stop()
  const name = `${reloads} reloads under load`
  return [
    { name: `${name}, failed calls`, value: failed, unit: '', required: 0, goal: 0 },
    { name: `${name}, p99`, value: p99, unit: 'ms' },
  ]
}

/** The last change is in use; rejects when it is not after ten seconds. */
async function answered(port: number, request: string): Promise<void> {
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; ) {
    const connection = await Connection.open(port)
    const { status } = await connection.send(numbered(request, firstNumber))
    connection.close()
    if (status === 200) return
    await wait(50)
  }
  throw new Error('the last of the changed configurations never came into use')
}
