import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configuration } from './configuration.ts'
import { Connection } from './connection.ts'
import type { Traffic } from './load.ts'
import { listener } from './measure.ts'
import { answers, freePort, greeting, outcome, start } from './process.ts'
import { clientInfo, firstNumber, legacy, legacyVersion, numbered, tokenMark } from './requests.ts'
import type { Credentials, Row } from './rows.ts'
import { script, type World } from './world.ts'

/** A row whose server runs. */
export type Contestant = {
  readonly row: Row
  readonly port: number
  /** Process under test. */
  readonly pid: number
  readonly credentials: Credentials
  readonly traffic: Traffic
  stop(): Promise<void>
}

/** Why a row cannot run: its feature is not in the gateway, or nothing listens at the peer's URL. */
export type Skipped = { readonly row: Row; readonly reason: string }

type Running = Pick<Contestant, 'port' | 'pid' | 'stop'>

/** Rejects when the server does not start, or gives no session. */
export async function enter(row: Row, world: World): Promise<Contestant | Skipped> {
  const running = await run(row, world)
  if (typeof running === 'string') return { row, reason: running }
  const token = takesToken(row) ? await world.issuer.token() : undefined
  const session = row.era === 'legacy' ? await openSession(running.port, token) : {}
  const credentials = { token, ...session }
  const traffic = row.coldTokens
    ? { request: row.request({ ...credentials, token: tokenMark }), tokens: [] }
    : { request: row.request(credentials) }
  return { row, ...running, credentials, traffic }
}

export const takesToken = ({ server }: Row): boolean =>
  server.kind === 'peer' || (server.kind === 'gateway' && server.features.authentication === true)

async function run({ name, server }: Row, world: World): Promise<Running | string> {
  const leave = async (): Promise<void> => {}
  switch (server.kind) {
    case 'upstream':
      return { port: world.ports[0]!, pid: world.upstream.pid, stop: leave }
    case 'peer': {
      const port = Number(new URL(server.url).port || 80)
      const pid = listener(port)
      return pid === undefined ? `no process listens at ${server.url}` : { port, pid, stop: leave }
    }
    case 'yardstick': {
      const target = `http://127.0.0.1:${world.ports[0]}`
      const started = start([script('yardstick.js'), target], 0, join(world.logs, 'yardstick.log'))
      return { ...started, ...(await greeting<{ port: number }>(started)) }
    }
    case 'gateway': {
      const { features, main = script('../../dist/main.js') } = server
      const port = await freePort()
      const base = name.replaceAll(/\W+/g, '-')
      const log = join(world.logs, `${base}.log`)
      const file = join(world.configurations, `${base}.yaml`)
      writeFileSync(file, JSON.stringify(configuration(features, world, port), null, 2))
      const valid = await outcome([main, 'validate', '-f', file])
      if (!valid.ok) return valid.output.trim().split('\n')[0] ?? ''
      const started = start([main, '-f', file], 0, log)
      const failure = await answers(started, port).catch((error: Error) => error)
      if (failure === undefined) return { ...started, port }
      await started.stop()
      throw new Error(`${failure.message}: ${readFileSync(log, 'utf8').trim()}`)
    }
  }
}

async function openSession(port: number, token: string | undefined): Promise<Credentials> {
  const connection = await Connection.open(port)
  const params = { protocolVersion: legacyVersion, capabilities: {}, clientInfo }
  const first = legacy({ path: '/mcp', method: 'initialize', params, token })
  const { head } = await connection.send(numbered(first, firstNumber))
  const session = /\r\nmcp-session-id: *(\S+)/i.exec(head)?.[1]
  if (session === undefined) throw new Error(`initialize gave no session:\n${head}`)
  const second = legacy({ path: '/mcp', method: 'notifications/initialized', token, session })
  await connection.send(second)
  connection.close()
  return { session }
}
