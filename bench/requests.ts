/** The bytes that a client sends, with marks in the places where every call differs. */

/** Stands for the number of the call, which has as many digits, so that lengths stay true. */
export const numberMark = '@number'
export const firstNumber = 1_000_000

/** Stands for the bearer token, where every call has another one. */
export const tokenMark = '@token@'

export type Call = {
  readonly path: string
  readonly method: string
  readonly params?: object
  /** Bearer token; left out: none is sent. */
  readonly token?: string | undefined
  /** Session of a legacy client. */
  readonly session?: string
}

const accept = 'application/json, text/event-stream'
export const modernVersion = '2026-07-28'
export const legacyVersion = '2025-11-25'
export const clientInfo = { name: 'bench', version: '1.0.0' }

/** Revision 2026-07-28, basic/transports/streamable-http: every call says who, what and which version. */
export function modern({ path, method, params = {}, token }: Call): string {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const name = 'name' in params ? { 'Mcp-Name': String(params.name) } : {}
  const headers = { 'MCP-Protocol-Version': modernVersion, 'Mcp-Method': method, ...name }
  return post(path, { ...headers, ...bearer(token) }, { method, params: { ...params, _meta } })
}

/** Revision 2025-11-25: a session from `initialize` on. */
export function legacy({ path, method, params = {}, token, session }: Call): string {
  const inSession =
    session === undefined
      ? {}
      : { 'MCP-Protocol-Version': legacyVersion, 'Mcp-Session-Id': session }
  return post(path, { ...inSession, ...bearer(token) }, { method, params })
}

/** The arguments of a call of the tool `echo`, whose text tells the call. */
export function echo(name = 'echo', more: object = {}): object {
  return { name, arguments: { text: `e${numberMark}`, ...more } }
}

export function get(path: string, headers: Readonly<Record<string, string>> = {}): string {
  return http('GET', path, headers, '')
}

export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` }
}

function post(
  path: string,
  headers: Readonly<Record<string, string>>,
  call: Pick<Call, 'method' | 'params'>,
): string {
  const id = call.method.startsWith('notifications/') ? {} : { id: numberMark }
  const body = JSON.stringify({ jsonrpc: '2.0', ...id, ...call })
  return http(
    'POST',
    path,
    { 'Content-Type': 'application/json', Accept: accept, ...headers },
    body.replace(`"${numberMark}"`, numberMark),
  )
}

export function http(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): string {
  const length = method === 'GET' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  const lines = Object.entries({ Host: '127.0.0.1', ...headers, ...length })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${method} ${path} HTTP/1.1\r\n${head}\r\n${body}`
}

/** One call of the many that a marked request stands for. */
export function numbered(request: string, number: number, token = ''): string {
  return request.replaceAll(numberMark, String(number)).replace(tokenMark, token)
}
