import { StringDecoder } from 'node:string_decoder'

/** One event of an event stream (WHATWG HTML §9.2, server-sent events). */
export type ServerSentEvent = {
  readonly data: string
  readonly id: string | undefined
  readonly event: string | undefined
  /** Milliseconds that the client is to wait before it connects again. */
  readonly retry: number | undefined
}

export type EventParser = {
  /** Throws a RangeError when one event grows beyond the limit. */
  push(chunk: Buffer): void
}

/**
 * Takes an event stream apart. Comments are dropped, an event at the end without its blank line is
 * dropped as the standard says; unlike the standard, an event without data is reported too, because
 * MCP primes reconnection with one (spec 2025-11-25, basic/transports).
 *
 * @param maxBytes bound of one event, so that a target cannot fill the memory
 */
export function createEventParser(
  onEvent: (event: ServerSentEvent) => void,
  maxBytes: number,
): EventParser {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let data: string[] = []
  let id: string | undefined
  let event: string | undefined
  let retry: number | undefined
  let size = 0

  const line = (text: string): void => {
    if (text === '') {
      if (data.length > 0 || id !== undefined || retry !== undefined)
        onEvent({ data: data.join('\n'), id, event, retry })
      data = []
      id = event = retry = undefined
      size = 0
      return
    }
    size += text.length
    if (size > maxBytes) throw new RangeError(`an event is larger than ${maxBytes} bytes`)
    const colon = text.indexOf(':')
    const field = colon === -1 ? text : text.slice(0, colon)
    const value =
      colon === -1 ? '' : text.slice(text.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1)
    if (field === 'data') data.push(value)
    else if (field === 'id' && !value.includes('\0')) id = value
    else if (field === 'event') event = value
    else if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value)
  }

  let first = true
  return {
    push(chunk) {
      let text = rest + decoder.write(chunk)
      if (first && text !== '') {
        if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
        first = false
      }
      let from = 0
      for (let end = lineEnd(text, from); end !== -1; end = lineEnd(text, from)) {
        line(text.slice(from, end))
        from = end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1)
      }
      rest = text.slice(from)
      if (rest.length > maxBytes) throw new RangeError(`an event is larger than ${maxBytes} bytes`)
    },
  }
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from)
  const carriage = text.indexOf('\r', from)
  if (carriage === -1 || (newline !== -1 && newline < carriage)) return newline
  // A CR at the very end may be half of a CRLF that the next chunk completes.
  return carriage === text.length - 1 ? -1 : carriage
}

/** One message as an event; JSON has no raw line breaks left in it (see `oneLine`). */
export function frame(message: string, eventId?: string): string {
  return eventId === undefined
    ? `event: message\ndata: ${message}\n\n`
    : `event: message\nid: ${eventId}\ndata: ${message}\n\n`
}

/** An event with an id but without a message (spec 2025-11-25, basic/transports: primes the client). */
export function checkpointFrame(eventId: string | undefined, retryMs: number | undefined): string {
  const id = eventId === undefined ? '' : `id: ${eventId}\n`
  const retry = retryMs === undefined ? '' : `retry: ${retryMs}\n`
  return `${id}${retry}data:\n\n`
}

/** A comment that keeps intermediaries from closing an idle stream. */
export const KEEP_ALIVE = ': keep-alive\n\n'

/**
 * JSON text without line breaks. They can stand only between tokens (RFC 8259 §7 forbids them in
 * strings), so a space says the same.
 */
export function oneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replace(/[\r\n]+/g, ' ') : json
}

/** True when a stream that ended its last chunk so is between two events, where a comment may stand. */
export function endsEvent(chunk: Buffer): boolean {
  const { length } = chunk
  if (length < 2 || chunk[length - 1] !== 0x0a) return false
  return chunk[length - 2] === 0x0a || (chunk[length - 2] === 0x0d && chunk[length - 3] === 0x0a)
}
