import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configuration, type Features } from './configuration.ts'
import { answers, freePort, outcome, type Started, start } from './process.ts'
import { script, type World } from './world.ts'

/** A gateway that answers. */
export type Gateway = Started & {
  readonly port: number
  /** Its configuration. */
  readonly file: string
}

export type GatewayStart = {
  /** Left out: the build of this checkout. */
  readonly main?: string | undefined
  /** Arguments of node. */
  readonly node?: readonly string[]
}

/**
 * Starts a gateway with a configuration of its own, and waits for its first answer.
 *
 * @returns a text: why the configuration is not valid, as the gateway has it
 */
export async function startGateway(
  name: string,
  features: Features,
  world: World,
  { main = script('../../dist/main.js'), node = [] }: GatewayStart = {},
): Promise<Gateway | string> {
  const port = await freePort()
  const base = name.replaceAll(/\W+/g, '-')
  const log = join(world.logs, `${base}.log`)
  const file = join(world.configurations, `${base}.yaml`)
  writeFileSync(file, JSON.stringify(configuration(features, world, port), null, 2))
  const valid = await outcome([main, 'validate', '-f', file])
  if (!valid.ok) return valid.output.trim().split('\n')[0] ?? ''
  const started = start([...node, main, '-f', file], 0, log)
  const failure = await answers(started, port).catch((error: Error) => error)
  if (failure === undefined) return { ...started, port, file }
  await started.stop()
  throw new Error(`${failure.message}: ${readFileSync(log, 'utf8').trim()}`)
}

/** For what measures the gateway alone, where a refused configuration is a mistake of the benchmark. */
export async function mustStart(...given: Parameters<typeof startGateway>): Promise<Gateway> {
  const gateway = await startGateway(...given)
  if (typeof gateway === 'string') throw new Error(gateway)
  return gateway
}
