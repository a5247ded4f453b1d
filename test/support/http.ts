import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export type Request = {
  readonly method?: string
  /** `host` and repeated headers may be given, which fetch does not allow. */
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Buffer
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as JSON. */
  json(): ReturnType<typeof JSON.parse>
}

/** One request over a connection of its own, without any header that nobody asked for but Host. */
export async function ask(url: string, options: Request = {}): Promise<Answer> {
  const response = await send(url, options)
  const body = await text(response)
  const { statusCode: status = 0, headers } = response
  return { status, headers, body, json: () => JSON.parse(body) }
}

/** POSTs one JSON-RPC message as an MCP client of 2025 does. */
export function post(
  url: string,
  message: object | string,
  headers: Request['headers'] = {},
): Promise<Answer> {
  return ask(url, messageRequest(message, headers))
}

export function messageRequest(
  message: object | string,
  headers: Request['headers'] = {},
): Required<Request> {
  const body = typeof message === 'string' ? message : JSON.stringify(message)
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  }
}

/** The answer's head; its body has to be read or the connection destroyed. */
export function send(
  url: string,
  { method = 'GET', headers = {}, body }: Request,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent: false, headers }, resolve)
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
