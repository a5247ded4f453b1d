import { request as connect, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A running token proxy. */
export interface TokenProxy {
  /** Its origin, `http://127.0.0.1:PORT`. */
  origin: string
  close(): Promise<void>
}

/**
 * Passes every request to `upstream` (an origin) and its answer back as they come, with a bearer
 * token added: the conformance suite cannot send one. Host, Origin and every other header stay as
 * they were, because the suite also tests what a server does with them.
 */
export async function startTokenProxy(upstream: string, token: string): Promise<TokenProxy> {
  const { hostname, port } = new URL(upstream)
  const server = createServer((request, response) => {
    const headers = [...request.rawHeaders, 'Authorization', `Bearer ${token}`]
    const { method, url: path } = request
    const onward = connect({ hostname, port, method, path, headers, agent: false })
    onward.on('response', answer => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
      response.flushHeaders()
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise(closed => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
