import type { IncomingHttpHeaders } from 'node:http'
import { isObject, kindOf, type Message } from '../message.ts'
import { createEventParser } from '../sse.ts'
import type { BodyCollector } from '../upstream.ts'

/** Bound of one answer that has to be held as a whole. */
const MAX_ANSWER = 64 * 1024 * 1024

/** What one HTTP answer of a target holds, in its order. */
export type AnswerParts = {
  /** A request or notification before the answer. */
  message?(text: string, message: Message, eventId: string | undefined): void
  /** An event without message, from which the stream can be taken up again. */
  checkpoint?(eventId: string | undefined, retryMs: number | undefined): void
  answer(text: string, message: Message, eventId: string | undefined): void
  /** The body is over and there was no answer in it. */
  missing(): void
}

/** Collects the JSON-RPC messages of one HTTP answer, be it a JSON body or an event stream. */
export function collectAnswer(headers: IncomingHttpHeaders, parts: AnswerParts): BodyCollector {
  return isEventStream(headers) ? collectStream(parts) : collectJson(parts)
}

export function isEventStream(headers: IncomingHttpHeaders): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(headers['content-type'] ?? '')
}

function collectJson(parts: AnswerParts): BodyCollector {
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
      if (message !== undefined && kindOf(message) === 'response')
        parts.answer(text, message, undefined)
      else parts.missing()
    },
  }
}

function collectStream(parts: AnswerParts): BodyCollector {
  let answered = false
  const parser = createEventParser(({ data, id, retry }) => {
    if (answered) return
    const message = data === '' ? undefined : parse(data)
    if (message === undefined) {
      if (id !== undefined || retry !== undefined) parts.checkpoint?.(id, retry)
    } else if (kindOf(message) === 'response') {
      answered = true
      parts.answer(data, message, id)
    } else {
      parts.message?.(data, message, id)
    }
  }, MAX_ANSWER)
  return {
    data: parser.push,
    end() {
      if (!answered) parts.missing()
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
