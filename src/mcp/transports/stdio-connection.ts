import { rawId } from '../call.ts'
import type { Connection, Exchange } from '../connection.ts'
import { META_SUBSCRIPTION } from '../eras.ts'
import type { CallFailure } from '../failure.ts'
import { type Edit, locate, splice } from '../json-text.ts'
import { CODE, errorText, isId, isObject, kindOf, type Message } from '../message.ts'
import { oneLine } from '../sse.ts'

/** A connection over the standard streams of one process. */
export type StdioConnection = Connection & {
  /** Takes one line of the process's output. */
  receive(line: string): void
  /** Fails everything that waits. */
  fail(reason: string): void
  /** Number of requests that wait for an answer. */
  readonly waiting: number
}

export type StdioConnectionOptions = {
  /** Writes one line; false: the process does not take it. */
  send(line: string): boolean
  /**
   * A message of the server that belongs to no request that waits.
   *
   * @returns false when there is nobody to take it
   */
  unrelated(text: string, message: Message): boolean
  /** A line that is no JSON-RPC message. */
  garbage(line: string): void
}

type Waiting = {
  readonly exchange: Exchange
  /** The id and the progress token as the client wrote them, as JSON text. */
  readonly id: string
  readonly progressToken: string | undefined
}

const MAX_ASKED = 1_000

/**
 * Several requests over one pair of streams. Each gets an id of ours, which also serves as progress
 * token, so that callers who share the process cannot meet in their ids; what comes back carries the
 * client's own again, to the byte.
 */
export function createStdioConnection(options: StdioConnectionOptions): StdioConnection {
  const waiting = new Map<number, Waiting>()
  /** Ids of the server's requests that nobody has answered yet, as JSON text. */
  const asked = new Set<string>()
  let lastId = 0

  const deliver = (text: string, message: Message): void => {
    const related = relatedTo(message)
    const entry = related === undefined ? undefined : waiting.get(related.id)
    const delivered =
      related !== undefined && entry !== undefined
        ? entry.exchange.message(restore(text, related.path, entry), message)
        : options.unrelated(text, message)
    if (
      related !== undefined &&
      entry !== undefined &&
      message.method === 'notifications/cancelled'
    ) {
      waiting.delete(related.id)
      entry.exchange.end()
    }
    const id = message.id === undefined ? undefined : rawId(text)
    if (id === undefined) return
    if (!delivered) {
      options.send(errorText(id, CODE.methodNotFound, 'The client cannot be asked this now'))
      return
    }
    const [oldest] = asked
    if (asked.size >= MAX_ASKED && oldest !== undefined) asked.delete(oldest)
    asked.add(id)
  }

  const answer = (text: string, message: Message): void => {
    const entry = typeof message.id === 'number' ? waiting.get(message.id) : undefined
    if (entry === undefined) return
    waiting.delete(message.id as number)
    entry.exchange.answer(replace(text, [[['id'], entry.id]]), message)
  }

  return {
    get waiting() {
      return waiting.size
    },

    request(text, message, exchange) {
      const id = ++lastId
      const token = locate(text, ['params', '_meta', 'progressToken'])
      const entry: Waiting = {
        exchange,
        id: rawId(text) ?? 'null',
        progressToken: token && text.slice(...token),
      }
      waiting.set(id, entry)
      const sent = options.send(
        oneLine(
          replace(text, [
            [['id'], String(id)],
            [['params', '_meta', 'progressToken'], String(id)],
          ]),
        ),
      )
      if (!sent) {
        waiting.delete(id)
        exchange.fail({ kind: 'target_unavailable', detail: 'the server does not read its input' })
      }
      return () => {
        if (!waiting.delete(id)) return
        // `initialize` must not be cancelled (spec 2025-11-25, basic/utilities/cancellation).
        if (message.method === 'initialize') return
        options.send(
          `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id},"reason":"The client is gone"}}`,
        )
      }
    },

    notify(text, message) {
      if (message.method !== 'notifications/cancelled') {
        options.send(oneLine(text))
        return
      }
      const span = locate(text, ['params', 'requestId'])
      const wanted = span && text.slice(...span)
      for (const [id, entry] of waiting) {
        if (entry.id === wanted)
          options.send(oneLine(replace(text, [[['params', 'requestId'], String(id)]])))
      }
    },

    respond(text) {
      const id = rawId(text)
      if (id === undefined || !asked.delete(id)) return false
      return options.send(oneLine(text))
    },

    receive(line) {
      const message = parse(line)
      const kind = kindOf(message)
      if (kind === undefined) options.garbage(line)
      else if (kind === 'response') answer(line, message as Message)
      else deliver(line, message as Message)
    },

    fail(reason) {
      const failure: CallFailure = { kind: 'target_failed', detail: `the server process ${reason}` }
      const entries = [...waiting.values()]
      waiting.clear()
      for (const entry of entries) entry.exchange.fail(failure)
    },
  }
}

type Related = { readonly id: number; readonly path: readonly string[] }

/** Which of our ids a message of the server names, and where; undefined: none. */
function relatedTo(message: Message): Related | undefined {
  const params = message.params
  if (params === undefined) return undefined
  const meta = params._meta
  const subscription = isObject(meta) ? meta[META_SUBSCRIPTION] : undefined
  if (typeof subscription === 'number')
    return { id: subscription, path: ['params', '_meta', META_SUBSCRIPTION] }
  const member =
    message.method === 'notifications/progress'
      ? 'progressToken'
      : message.method === 'notifications/cancelled'
        ? 'requestId'
        : undefined
  const id = member === undefined ? undefined : params[member]
  return member !== undefined && typeof id === 'number'
    ? { id, path: ['params', member] }
    : undefined
}

function restore(text: string, path: readonly string[], entry: Waiting): string {
  const own = path[1] === 'progressToken' ? entry.progressToken : entry.id
  return own === undefined ? text : replace(text, [[path, own]])
}

function replace(text: string, changes: readonly (readonly [readonly string[], string])[]): string {
  const edits: Edit[] = []
  for (const [path, value] of changes) {
    const span = locate(text, path)
    if (span !== undefined) edits.push({ span, text: value })
  }
  return splice(text, edits)
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
