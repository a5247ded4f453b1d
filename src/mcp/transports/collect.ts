import type { IncomingHttpHeaders } from 'node:http'
import { isObject, kindOf, type Message } from '../message.ts'
import { createEventParser } from '../sse.ts'
import type { BodyCollector } from '../upstream.ts'

/** Bound of one answer that has to be held as a whole. */
const MAX_ANSWER = 64 * 1024 * 1024

/**
 * Collects the JSON-RPC answer of a target, be it a JSON body or the last word of an event stream.
 * What a stream brings before the answer goes to `before`.
 *
 * @param done gets the answer as text and parsed, or undefined when there was none
 */
export function collectAnswer(
  headers: IncomingHttpHeaders,
  done: (text: string | undefined, message: Message | undefined) => void,
  before?: (text: string, message: Message) => void,
): BodyCollector {
  return isEventStream(headers) ? collectStream(done, before) : collectJson(done)
}

export function isEventStream(headers: IncomingHttpHeaders): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(headers['content-type'] ?? '')
}

function collectJson(
  done: (text: string | undefined, message: Message | undefined) => void,
): BodyCollector {
  const chunks: Buffer[] = []
  let size = 0
  return {
    data(chunk) {
      size += chunk.length
      if (size > MAX_ANSWER) throw new RangeError(`the answer is larger than ${MAX_ANSWER} bytes`)
      chunks.push(chunk)
    },
    end() {
      const text = Buffer.concat(chunks).toString('utf8')
      const message = parse(text)
      done(message === undefined ? undefined : text, message)
    },
  }
}

function collectStream(
  done: (text: string | undefined, message: Message | undefined) => void,
  before: ((text: string, message: Message) => void) | undefined,
): BodyCollector {
  let answered = false
  const parser = createEventParser(({ data }) => {
    const message = parse(data)
    if (message === undefined || answered) return
    if (kindOf(message) === 'response') {
      answered = true
      done(data, message)
    } else {
      before?.(data, message)
    }
  }, MAX_ANSWER)
  return {
    data: parser.push,
    end() {
      if (!answered) done(undefined, undefined)
    },
  }
}

function parse(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && kindOf(value) !== undefined ? (value as Message) : undefined
  } catch {
    return undefined
  }
}
