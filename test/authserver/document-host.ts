import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAuthority } from '../http/authority.ts'

/** An https host on loopback that serves client metadata documents and key sets, with an authority of its own. */
export type DocumentHost = {
  /** Such as `https://localhost:12345`. */
  readonly origin: string
  /** PEM of the authority. */
  readonly ca: string
  /** Path → what is answered there: JSON, or a text as it is. */
  readonly documents: Map<string, unknown>
  /** Headers of every answer. */
  readonly headers: Record<string, string>
  /** Paths that were asked for. */
  readonly requests: string[]
  /** Answers 503 while true. */
  broken: boolean
  close(): Promise<void>
}

export async function startDocumentHost(): Promise<DocumentHost> {
  const authority = createAuthority()
  const { certificate, key } = authority.issue('localhost')
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const path = request.url ?? ''
    host.requests.push(path)
    const document = host.documents.get(path)
    response.writeHead(host.broken ? 503 : document === undefined ? 404 : 200, {
      'content-type': 'application/json',
      ...host.headers,
    })
    response.end(typeof document === 'string' ? document : JSON.stringify(document ?? {}))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const host: DocumentHost = {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca: authority.certificate,
    documents: new Map(),
    headers: {},
    requests: [],
    broken: false,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return host
}
