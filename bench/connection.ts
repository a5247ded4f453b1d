import { connect, type Socket } from 'node:net'

/** What came back. The body is kept as it came, `text` takes it out of its chunks. */
export type Answer = {
  readonly status: number
  /** Status line and headers. */
  readonly head: string
  readonly body: Buffer
}

/**
 * One keep-alive connection of a client that knows only as much HTTP/1.1 as a load generator needs:
 * one request at a time, answers with a length or in chunks.
 */
export class Connection {
  readonly #socket: Socket
  #answered: ((answer: Answer) => void) | undefined
  #failed: ((error: Error) => void) | undefined
  #chunks: Buffer[] = []
  #received = 0
  #head = ''
  /** Length of the whole answer in bytes; undefined: it ends with the last chunk. */
  #expected: number | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setTimeout(30_000, () => socket.destroy(new Error('no answer within 30 seconds')))
    socket.on('data', chunk => this.#receive(chunk))
    socket.on('error', error => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the connection was closed before the answer')))
  }

  static open(port: number, host = '127.0.0.1'): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => {
        socket.off('error', reject)
        resolve(new Connection(socket))
      })
      socket.once('error', reject)
    })
  }

  /** Rejects when the connection breaks. The answer's body is complete. */
  send(request: string): Promise<Answer> {
    this.#chunks = []
    this.#received = 0
    this.#head = ''
    this.#expected = undefined
    return new Promise((resolve, reject) => {
      this.#answered = resolve
      this.#failed = reject
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#received += chunk.length
    if (this.#head === '' && !this.#readHead()) return
    if (this.#expected === undefined ? !this.#atLastChunk() : this.#received < this.#expected)
      return
    const body = this.#whole().subarray(this.#head.length)
    this.#answered?.({ status: Number(this.#head.slice(9, 12)), head: this.#head, body })
  }

  #readHead(): boolean {
    const text = this.#whole().toString('latin1', 0, 65_536)
    const end = text.indexOf('\r\n\r\n')
    if (end === -1) return false
    this.#head = text.slice(0, end + 4)
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head)?.[1]
    const chunked = /\r\ntransfer-encoding: *chunked/i.test(this.#head)
    if (!chunked) this.#expected = this.#head.length + Number(length ?? 0)
    return true
  }

  #atLastChunk(): boolean {
    const ending = this.#received < 1024 ? this.#whole() : Buffer.concat(this.#chunks.slice(-2))
    return ending.toString('latin1').endsWith('\r\n0\r\n\r\n')
  }

  #whole(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.of()
  }

  #fail(error: Error): void {
    this.#failed?.(error)
  }
}

/** The body without the marks of chunked coding (RFC 9112 §7.1). */
export function text({ head, body }: Answer): string {
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return body.toString()
  const parts: Buffer[] = []
  let at = 0
  while (at < body.length) {
    const line = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, line), 16)
    if (size === 0) break
    parts.push(body.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
  return Buffer.concat(parts).toString()
}

/** The JSON of an answer, be it a JSON body or the last message of an event stream. */
export function message(answer: Answer): Record<string, unknown> {
  const whole = text(answer)
  const events = /\r\ncontent-type: *text\/event-stream/i.test(answer.head)
  const json = events
    ? (whole
        .match(/^data:.*$/gm)
        ?.at(-1)
        ?.slice(5) ?? '')
    : whole
  return JSON.parse(json) as Record<string, unknown>
}
