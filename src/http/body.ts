import type { IncomingMessage, ServerResponse } from 'node:http'

export type BodyFailure = 'too_large' | 'timeout' | 'aborted'

const empty: Buffer = Buffer.alloc(0)

/**
 * Reads a request body of at most `maxBytes` into memory within `deadlineMs`. A Content-Length above the limit is
 * refused before anything is read (and before a waiting client is told to go on). Never rejects. After
 * `too_large` and `timeout` the rest of the body stays unread; node discards it once the answer is sent.
 */
export async function readBody(
  req: IncomingMessage,
  res: ServerResponse,
  maxBytes: number,
  deadlineMs: number,
): Promise<Buffer | BodyFailure> {
  const declared = declaredLength(req)
  if (declared !== undefined && declared > maxBytes) return 'too_large'
  if (!hasBody(req)) return empty
  acceptBody(req, res)
  // What came in the packet of the head is parsed before a promise goes on: then there is nothing to wait for.
  await undefined
  if (req.destroyed) return 'aborted'
  if (req.readableLength !== declared) return collect(req, declared, maxBytes, deadlineMs)
  const whole: Buffer = req.read()
  req.resume()
  return whole
}

function collect(
  req: IncomingMessage,
  declared: number | undefined,
  maxBytes: number,
  deadlineMs: number,
): Promise<Buffer | BodyFailure> {
  return new Promise(resolve => {
    let first: Buffer | undefined
    let more: Buffer[] | undefined
    let size = 0

    const finish = (result: Buffer | BodyFailure): void => {
      clearTimeout(timer)
      req.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort)
      resolve(result)
    }
    const stop = (failure: BodyFailure): void => {
      finish(failure)
      req.pause()
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > maxBytes) stop('too_large')
      else if (size === declared && first === undefined) finish(chunk)
      else if (first === undefined) first = chunk
      else if (more === undefined) more = [first, chunk]
      else more.push(chunk)
    }
    const onEnd = (): void =>
      finish(more === undefined ? (first ?? empty) : Buffer.concat(more, size))
    const onAbort = (): void => finish('aborted')
    const timer = setTimeout(stop, deadlineMs, 'timeout')
    req.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort)
  })
}

/** True when the request announces a body; node has already refused announcements that contradict each other. */
export function hasBody(req: Pick<IncomingMessage, 'headers'>): boolean {
  const { headers } = req
  if (headers['transfer-encoding'] !== undefined) return true
  return headers['content-length'] !== undefined && headers['content-length'] !== '0'
}

/**
 * Tells a client that asked (`Expect: 100-continue`) to send its body. The server leaves that to whoever wants the body, so
 * that a refused request costs no upload; an answer without it closes the connection, because nobody
 * can know whether the body follows (RFC 9110 §10.1.1).
 */
export function acceptBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.expect === undefined || res.headersSent) return
  res.shouldKeepAlive = !/\bclose\b/i.test(req.headers.connection ?? '')
  res.writeContinue()
}

/** Content-Length in bytes; undefined when the body comes in chunks, or not at all. */
export function declaredLength(req: Pick<IncomingMessage, 'headers'>): number | undefined {
  const value = req.headers['content-length']
  return value === undefined ? undefined : Number(value)
}
