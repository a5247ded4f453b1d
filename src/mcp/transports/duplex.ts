import { rawId } from '../call.ts'
import type { Client } from '../client.ts'
import type { Connection, Exchange, Outgoing } from '../connection.ts'
import type { CallFailure } from '../failure.ts'
import { mapRequest, type OwnIds, relatedTo, restoreAnswer, restoreRelated } from '../id-mapping.ts'
import { edit, textAt } from '../json-text.ts'
import { CODE, errorText, isId, isObject, kindOf, type Message } from '../message.ts'
import { oneLine } from '../sse.ts'

/** A connection over one channel that goes both ways: the streams of a process, or one event stream. */
export type Duplex = Connection & {
  /** Takes one message of the server, as text. */
  receive(line: string): void
  /** Fails everything that waits. */
  fail(failure: CallFailure): void
  /** Number of requests that wait for an answer. */
  readonly waiting: number
}

export type DuplexOptions = {
  /**
   * Writes one message without line breaks.
   *
   * @param client on whose behalf; undefined: the gateway's own
   * @param undelivered told later when the server did not take it after all
   * @returns false: the server does not take it
   */
  send(line: string, client: Client | undefined, undelivered?: (detail: string) => void): boolean
  /**
   * A message of the server that belongs to no request that waits.
   *
   * @returns false when there is nobody to take it
   */
  unrelated(text: string, message: Message): boolean
  /** A line that is no JSON-RPC message. */
  garbage(line: string): void
}

type Waiting = { readonly exchange: Exchange; readonly own: OwnIds }

const MAX_ASKED = 1_000

/**
 * Several requests over one channel. Each gets an id of ours, so that callers who share the channel
 * cannot meet in their ids.
 */
export function createDuplex(options: DuplexOptions): Duplex {
  const waiting = new Map<number, Waiting>()
  /** Ids of the server's requests that nobody has answered yet, as JSON text. */
  const asked = new Set<string>()
  let lastId = 0

  const find = (id: unknown): Waiting | undefined =>
    typeof id === 'number' ? waiting.get(id) : undefined

  const deliver = (text: string, message: Message): void => {
    const related = relatedTo(message)
    const entry = find(related?.id)
    const delivered =
      related !== undefined && entry !== undefined
        ? entry.exchange.message(restoreRelated(text, related.path, entry.own), message)
        : options.unrelated(text, message)
    if (entry !== undefined && message.method === 'notifications/cancelled') {
      waiting.delete(related?.id as number)
      entry.exchange.end()
    }
    const id = message.id === undefined ? undefined : rawId(text)
    if (id === undefined) return
    if (!delivered) {
      const refusal = errorText(id, CODE.methodNotFound, 'The client cannot be asked this now')
      options.send(refusal, undefined)
      return
    }
    const [oldest] = asked
    if (asked.size >= MAX_ASKED && oldest !== undefined) asked.delete(oldest)
    asked.add(id)
  }

  const answer = (text: string, message: Message): void => {
    const entry = find(message.id)
    if (entry === undefined) return
    waiting.delete(message.id as number)
    entry.exchange.answer(restoreAnswer(text, entry.own), message)
  }

  return {
    get waiting() {
      return waiting.size
    },

    request({ text, method, client }, exchange) {
      const id = ++lastId
      const mapped = mapRequest(text, id)
      waiting.set(id, { exchange, own: mapped.own })
      const undelivered = (detail: string): void => {
        if (waiting.delete(id)) exchange.fail({ kind: 'target_failed', detail })
      }
      if (!options.send(oneLine(mapped.text), client, undelivered)) {
        waiting.delete(id)
        exchange.fail({ kind: 'target_unavailable', detail: 'the server does not read its input' })
      }
      return () => {
        if (!waiting.delete(id)) return
        // `initialize` must not be cancelled (spec 2025-11-25, basic/utilities/cancellation).
        if (method === 'initialize') return
        options.send(
          `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id},"reason":"The client is gone"}}`,
          client,
        )
      }
    },

    notify({ text, method, client }: Outgoing) {
      if (method !== 'notifications/cancelled') {
        options.send(oneLine(text), client)
        return
      }
      const wanted = textAt(text, ['params', 'requestId'])
      for (const [id, entry] of waiting) {
        if (entry.own.id === wanted)
          options.send(oneLine(edit(text, [[['params', 'requestId'], String(id)]])), client)
      }
    },

    respond({ text, client }) {
      const id = rawId(text)
      if (id === undefined || !asked.delete(id)) return false
      return options.send(oneLine(text), client)
    },

    receive(line) {
      const message = parse(line)
      const kind = kindOf(message)
      if (kind === undefined) options.garbage(line)
      else if (kind === 'response') answer(line, message as Message)
      else deliver(line, message as Message)
    },

    fail(failure) {
      const entries = [...waiting.values()]
      waiting.clear()
      for (const entry of entries) entry.exchange.fail(failure)
    },
  }
}

function parse(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) && (value.id === undefined || isId(value.id) || value.id === null)
      ? value
      : undefined
  } catch {
    return undefined
  }
}
