import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Connection, message } from './connection.ts'
import { greeting, type Started, start } from './process.ts'
import { get } from './requests.ts'
import { createIssuer, type Issuer } from './tokens.ts'

export const script = (name: string): string => join(import.meta.dirname, name)

/** What the servers under test find around them. */
export type World = {
  /** For all files of this run. */
  readonly folder: string
  /** Nothing else is written here, because the gateway watches it. */
  readonly configurations: string
  readonly logs: string
  readonly issuer: Issuer
  /** The MCP servers behind: ports of one process. */
  readonly ports: readonly number[]
  readonly upstream: Started
  /** Connections opened to, and calls answered by the MCP servers since their start. */
  counts(): Promise<{ readonly connections: number; readonly calls: number }>
}

/** @param port of the first MCP server; 0: any that is free */
export async function createWorld(folder: string, port: number): Promise<World> {
  const configurations = join(folder, 'configurations')
  const logs = join(folder, 'logs')
  for (const one of [configurations, logs]) mkdirSync(one, { recursive: true })
  const upstream = start([script('upstream.js'), '50', String(port)], 1, join(logs, 'upstream.log'))
  const { ports } = await greeting<{ ports: number[] }>(upstream)
  return {
    folder,
    configurations,
    logs,
    issuer: createIssuer(folder),
    ports,
    upstream,
    async counts() {
      const connection = await Connection.open(ports[0] ?? 0)
      const answer = await connection.send(get('/counts'))
      connection.close()
      return message(answer) as { connections: number; calls: number }
    },
  }
}
