import type { IncomingHttpHeaders } from 'node:http'
import type { Era } from './eras.ts'
import { textAt } from './json-text.ts'
import type { Id, Message, MessageKind } from './message.ts'

/** One POSTed message, classified. Made by `classify` and by nothing else. */
export type Call = {
  readonly era: Era
  readonly kind: MessageKind | 'batch'
  /** Empty for responses and batches. */
  readonly method: string
  /** Tool or prompt name, resource URI or task id; undefined where the method has none. */
  readonly name: string | undefined
  /** As parsed, which rounds numbers beyond 2^53: for comparing. `rawId` is exact. */
  readonly id: Id | undefined
  /** Of the envelope (modern) or the header (legacy); undefined: the client did not say. */
  readonly version: string | undefined
  readonly message: Message
  /** The body as it came. */
  readonly body: Buffer
  readonly text: string
  readonly headers: IncomingHttpHeaders
  /** `Mcp-Session-Id` of a legacy call; modern calls have none whatever the header says. */
  readonly session: string | undefined
  /** The client named `text/event-stream`; a bare `*` `/*` counts as a wish for JSON, as curl's does. */
  readonly acceptsStream: boolean
}

/** The JSON text of a message's id, or undefined when it has none that could be an id. */
export function rawId(text: string): string | undefined {
  const raw = textAt(text, ['id'])
  return raw === undefined || raw === 'null' ? undefined : raw
}

/** The same of a body that may be no JSON at all. */
export function readableId(text: string): string | undefined {
  const id = rawId(text)
  return id !== undefined && /^(?:-?[\d.eE+-]+|".*")$/s.test(id) && isJson(id) ? id : undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
