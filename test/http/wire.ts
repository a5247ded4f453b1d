import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP connection to a server on this machine, for messages that no HTTP client would send. */
export type Wire = {
  readonly socket: Socket
  readonly send: (text: string) => void
  /** Resolves with everything received so far as soon as it holds `marker`; rejects when the connection ends without. */
  readonly until: (marker: string | RegExp) => Promise<string>
  /** Resolves with everything received once the other side closed or broke the connection. */
  readonly closed: () => Promise<string>
  readonly received: () => string
  /** Calls back with each request head, line and headers. Bodies are not looked for. */
  readonly eachHead: (callback: (head: string) => void) => void
}

export async function openWire(port: number): Promise<Wire> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return wireOf(socket)
}

export function wireOf(socket: Socket): Wire {
  let received = ''
  let ended = false
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const check of waiting) check()
  }
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
    wake()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    ended = true
    wake()
  })
  const wait = (done: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (done()) resolve(received)
        else if (ended) reject(new Error(`closed after: ${JSON.stringify(received)}`))
        else return
        waiting.delete(check)
      }
      waiting.add(check)
      check()
    })
  return {
    socket,
    send: text => {
      socket.write(text, 'latin1')
    },
    until: marker =>
      wait(() => (typeof marker === 'string' ? received.includes(marker) : marker.test(received))),
    closed: () => wait(() => ended),
    received: () => received,
    eachHead(callback) {
      let seen = 0
      const look = (): void => {
        for (let end = received.indexOf('\r\n\r\n', seen); end !== -1; ) {
          const head = received.slice(seen, end + 4)
          seen = end + 4
          callback(head)
          end = received.indexOf('\r\n\r\n', seen)
        }
      }
      waiting.add(look)
      look()
    },
  }
}

/** A TCP server on a free port of the loopback address; `serve` gets each connection. */
export async function listenRaw(
  serve: (wire: Wire) => void,
): Promise<{ port: number; server: Server; connections: Set<Socket>; close: () => Promise<void> }> {
  const connections = new Set<Socket>()
  const server = createServer(socket => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    serve(wireOf(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    server,
    connections,
    async close() {
      for (const socket of connections) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Resolves when `condition` holds; looks every few milliseconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 5))
}
