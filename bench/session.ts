import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Connection } from './connection.ts'
import {
  bearer,
  clientInfo,
  firstNumber,
  get,
  legacy,
  legacyVersion,
  numbered,
} from './requests.ts'

type Token = string | undefined

const path = '/mcp'

/** Opens a legacy session; rejects when there is none. */
export async function openSession(connection: Connection, token: Token): Promise<string> {
  const params = { protocolVersion: legacyVersion, capabilities: {}, clientInfo }
  const first = legacy({ path, method: 'initialize', params, token })
  const { head } = await connection.send(numbered(first, firstNumber))
  const session = /\r\nmcp-session-id: *(\S+)/i.exec(head)?.[1]
  if (session === undefined) throw new Error(`initialize gave no session:\n${head}`)
  await connection.send(legacy({ path, method: 'notifications/initialized', token, session }))
  return session
}

/** Opens so many sessions, sixteen at a time. */
export async function openSessions(port: number, count: number): Promise<string[]> {
  const sessions: string[] = []
  let left = count
  async function client(): Promise<void> {
    const connection = await Connection.open(port)
    while (left-- > 0) sessions.push(await openSession(connection, undefined))
    connection.close()
  }
  await Promise.all(Array.from({ length: 16 }, client))
  return sessions
}

/** Opens the stream of a session (GET) and leaves it open; settles when it has begun. */
export async function openStream(port: number, session: string, token: Token): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  const headers = { Accept: 'text/event-stream', 'Mcp-Session-Id': session, ...bearer(token) }
  socket.write(get(path, { 'MCP-Protocol-Version': legacyVersion, ...headers }))
  const [answer] = await once(socket, 'data')
  if (!String(answer).startsWith('HTTP/1.1 200')) throw new Error(`no stream: ${String(answer)}`)
  socket.on('data', () => undefined)
  return socket
}
