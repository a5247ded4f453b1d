import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the provider knows of one token; a text is sent as it is. */
export type Knowledge = object | string

export type DeskRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The place at an identity provider where tokens are asked about, over a real socket. */
export type TokenDesk = {
  readonly issuer: string
  /** Token → what is answered; `{active: false}` for any other. */
  readonly tokens: Map<string, Knowledge>
  readonly requests: DeskRequest[]
  /** Status of every answer; also of those for unknown tokens. */
  status: number
  unknownStatus: number
  /** Cuts every connection while true. */
  down: boolean
  /** Holds answers back until called. */
  hold(): () => void
  close(): Promise<void>
}

/** Finds the token in any body or query in which it may come. */
export async function startTokenDesk(): Promise<TokenDesk> {
  let held: Promise<void> = Promise.resolve()
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      const url = new URL(request.url ?? '/', desk.issuer)
      if (desk.down) {
        request.socket.destroy()
        return
      }
      if (url.pathname.startsWith('/.well-known/')) {
        const introspection_endpoint = `${desk.issuer}/introspect`
        response.end(JSON.stringify({ issuer: desk.issuer, introspection_endpoint }))
        return
      }
      const { method = '', headers } = request
      desk.requests.push({ method, path: url.pathname, headers, body })
      await held
      const known = desk.tokens.get(tokenOf(body, url.searchParams, headers))
      response.statusCode = known === undefined ? desk.unknownStatus : desk.status
      const answer = known ?? { active: false }
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const desk: TokenDesk = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens: new Map(),
    requests: [],
    status: 200,
    unknownStatus: 200,
    down: false,
    hold() {
      let release: () => void = () => undefined
      held = new Promise(resolve => {
        release = resolve
      })
      return release
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return desk
}

function tokenOf(
  body: string,
  query: URLSearchParams,
  { authorization = '' }: IncomingHttpHeaders,
): string {
  if (authorization.startsWith('Bearer ')) return authorization.slice('Bearer '.length)

  if (body.startsWith('{'))
    return String((JSON.parse(body) as Record<string, unknown>).access_token)
  const form = new URLSearchParams(body)
  return form.get('token') ?? form.get('access_token') ?? query.get('access_token') ?? ''
}
