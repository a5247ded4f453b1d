import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What stands in front of replicas. `next`: each request goes to the next one, whoever had the client
 * before. `first`: to the first that is there, as with a balancer that keeps clients on one.
 */
export type Choice = 'next' | 'first'

export type Balancer = AsyncDisposable & {
  /** The path is that of the replicas. */
  readonly url: string
  /** How many requests each replica got. */
  readonly served: readonly number[]
}

/**
 * Starts one on loopback. A replica that refuses the connection is passed over, as its health check
 * would see to; a request that it broke off is broken off for the client, too.
 *
 * @param replicas URLs with the same path
 */
export async function startBalancer(
  replicas: readonly string[],
  choice: Choice = 'next',
): Promise<Balancer> {
  const served = replicas.map(() => 0)
  let turn = 0
  const server: Server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const begin = choice === 'next' ? turn++ : 0
    const attempt = (failed: number): void => {
      const index = (begin + failed) % replicas.length
      const outgoing = request(replicas[index] ?? '', {
        method: incoming.method,
        headers: incoming.headers,
        agent: false,
      })
      let connected = false
      outgoing.on('socket', socket => socket.on('connect', () => (connected = true)))
      outgoing.on('response', answer => {
        served[index] = (served[index] ?? 0) + 1
        response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
        answer.on('error', () => response.destroy())
        answer.pipe(response)
      })
      outgoing.on('error', () => {
        if (!connected && failed + 1 < replicas.length) attempt(failed + 1)
        else response.destroy()
      })
      response.on('close', () => outgoing.destroy())
      outgoing.end(Buffer.concat(chunks))
    }
    attempt(0)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${new URL(replicas[0] ?? '').pathname}`,
    served,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}
