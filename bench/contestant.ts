import { join } from 'node:path'
import { Connection } from './connection.ts'
import { startGateway } from './gateway.ts'
import type { Traffic } from './load.ts'
import { listener } from './measure.ts'
import { greeting, start } from './process.ts'
import { tokenMark } from './requests.ts'
import type { Credentials, Row } from './rows.ts'
import { openSession, openSessions, openStream } from './session.ts'
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
  const session = row.era === 'legacy' ? { session: await newSession(running.port, token) } : {}
  const credentials = { token, ...session }
  if (row.idleStreams !== undefined) await openIdleStreams(running.port, row.idleStreams)
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
    case 'gateway':
      return startGateway(name, server.features, world, { main: server.main })
  }
}

async function newSession(port: number, token: string | undefined): Promise<string> {
  const connection = await Connection.open(port)
  const session = await openSession(connection, token)
  connection.close()
  return session
}

/** They end with this process. */
async function openIdleStreams(port: number, count: number): Promise<void> {
  const sessions = await openSessions(port, count)
  await Promise.all(sessions.map(session => openStream(port, session, undefined)))
}
