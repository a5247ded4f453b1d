import type { IncomingHttpHeaders } from 'node:http'
import { type Request, send } from './http.ts'

/** An answer that is read while it comes. */
export type TestStream = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Everything that came so far, as it came. */
  received(): string
  /** Settles with everything so far once it holds this text; rejects when the stream ends without. */
  until(text: string): Promise<string>
  /** Settles with everything when the other side ended the stream; rejects when it broke it. */
  readonly ended: Promise<string>
  /** Goes away, as a client that crashed. */
  close(): void
}

/** Opens a stream over a connection of its own. */
export async function openTestStream(url: string, request: Request): Promise<TestStream> {
  const response = await send(url, request)
  let received = ''
  let over = false
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const check of waiting) check()
  }
  response.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk
    look()
  })
  const ended = new Promise<string>((resolve, reject) => {
    response.once('end', () => resolve(received))
    response.once('error', reject)
  })
  ended.catch(() => undefined)
  response.once('close', () => {
    over = true
    look()
  })
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    received: () => received,
    until: wanted =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (received.includes(wanted)) resolve(received)
          else if (over) reject(new Error(`the stream ended without ${wanted}: ${received}`))
          else return
          waiting.delete(check)
        }
        waiting.add(check)
        check()
      }),
    ended,
    close: () => response.destroy(),
  }
}
