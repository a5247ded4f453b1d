import { expect } from 'vitest'
import { type Answer, send } from '../support/http.ts'
import type { RecordedClient, Session } from './recorded-client.ts'
import type { Wire } from './wire.ts'

const TOOL = 'test_simple_text'

/** Opens a session where the protocol has one, lists the tools, calls one, and ends as the client does. */
export async function callTool(
  wire: Wire,
  url: string,
  { session, habits, origin }: Pick<RecordedClient, 'session' | 'habits' | 'origin'>,
  token: string,
): Promise<void> {
  const ask = asker(wire, url, session, token)
  if (session.protocol === '2026-07-28') {
    expect(textOf(await ask('tools/list', {}))).toContain(TOOL)
    expect(textOf(await ask('tools/call', { name: TOOL, arguments: {} }))).toContain('simple text')
    return
  }
  const opened = await ask('initialize', {
    protocolVersion: session.protocol,
    capabilities: {},
    clientInfo: { name: 'replay', version: '1' },
  })
  expect(textOf(opened)).toContain(`"protocolVersion":"${session.protocol}"`)
  const id = String(opened.headers['mcp-session-id'])
  expect((await ask('notifications/initialized', undefined, id)).status).toBe(202)
  if (session.listens) {
    const stream = await send(url, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        'mcp-session-id': id,
        ...(session.namesVersion ? { 'mcp-protocol-version': session.protocol } : {}),
        ...(origin === undefined ? {} : { origin }),
      },
    })
    expect([200, 405]).toContain(stream.statusCode)
    stream.destroy()
  }
  expect(textOf(await ask('tools/list', {}, id))).toContain(TOOL)
  expect(textOf(await ask('tools/call', { name: TOOL, arguments: {} }, id))).toContain(
    'simple text',
  )
  if (habits.includes('cancels at the end')) {
    const cancelled = { requestId: 99, reason: 'over' }
    expect((await ask('notifications/cancelled', cancelled, id)).status).toBe(202)
  }
}

type Ask = (method: string, params: object | undefined, session?: string) => Promise<Answer>

function asker(wire: Wire, url: string, session: Session, token: string): Ask {
  const { protocol, namesVersion } = session
  const modern = protocol === '2026-07-28'
  let id = 0
  return (method, params, sessionId) => {
    const name = (params as { name?: string } | undefined)?.name
    const isNotification = method.startsWith('notifications/')
    return wire.send(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(modern ? { 'mcp-method': method } : {}),
        ...(modern && name !== undefined ? { 'mcp-name': name } : {}),
        ...(modern || (namesVersion && sessionId) ? { 'mcp-protocol-version': protocol } : {}),
        ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        ...(isNotification ? {} : { id: ++id }),
        method,
        params: modern ? { ...params, _meta: META } : params,
      }),
    })
  }
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'replay', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** Of a JSON answer or of the events of a stream. */
function textOf({ status, body }: Answer): string {
  expect(status, body).toBe(200)
  return body
}
