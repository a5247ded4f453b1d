import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server } from 'node:net'

export type Forward = {
  readonly port: number
  /** Breaks every connection. */
  cut(): void
  close(): Promise<void>
}

/**
 * Plays what a cluster does with packets: a pod's address, `kubectl port-forward`, a load balancer.
 *
 * @param port 0: any
 */
export async function forward(
  from: { readonly host: string; readonly port: number },
  to: { readonly host: string; readonly port: number },
): Promise<Forward> {
  const server: Server = createServer(socket => {
    const upstream = connect(to.port, to.host)
    const end = () => {
      socket.destroy()
      upstream.destroy()
    }
    socket.on('error', end).on('close', end).pipe(upstream)
    upstream.on('error', end).on('close', end).pipe(socket)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const sockets = new Set<{ destroy(): void }>()
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(from.port, from.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async close() {
      cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
