import { META_SUBSCRIPTION } from './eras.ts'
import { type Change, edit, textAt } from './json-text.ts'
import { type Id, isId, isObject, type Message } from './message.ts'

/**
 * Ids of ours in place of the client's, where requests of several clients meet. The id of ours serves as
 * progress token too; what comes back carries the client's own again, to the byte.
 */
export type MappedRequest = {
  readonly text: string
  /** As the client wrote them, as JSON text. */
  readonly own: OwnIds
}

export type OwnIds = { readonly id: string; readonly progressToken: string | undefined }

const TOKEN = ['params', '_meta', 'progressToken'] as const

export function mapRequest(text: string, id: Id): MappedRequest {
  const ours = JSON.stringify(id)
  return {
    text: edit(text, [
      [['id'], ours],
      [TOKEN, ours],
    ]),
    own: { id: textAt(text, ['id']) ?? 'null', progressToken: textAt(text, TOKEN) },
  }
}

/** An answer with the client's own id; a subscription says its id in the result too. */
export function restoreAnswer(text: string, { id }: OwnIds): string {
  return edit(text, [
    [['id'], id],
    [['result', '_meta', META_SUBSCRIPTION], id],
  ])
}

/** Which of our ids a message of the server names, and where; undefined: none. */
export function relatedTo(
  message: Message,
): { readonly id: Id; readonly path: readonly string[] } | undefined {
  const { params } = message
  if (params === undefined) return undefined
  const meta = params._meta
  const subscription = isObject(meta) ? meta[META_SUBSCRIPTION] : undefined
  if (isId(subscription)) return { id: subscription, path: ['params', '_meta', META_SUBSCRIPTION] }
  const member = RELATING.get(message.method ?? '')
  const id = member === undefined ? undefined : params[member]
  return member !== undefined && isId(id) ? { id, path: ['params', member] } : undefined
}

const RELATING: ReadonlyMap<string, string> = new Map([
  ['notifications/progress', 'progressToken'],
  ['notifications/cancelled', 'requestId'],
])

/** A message of the server with the client's own id in the place that `relatedTo` found. */
export function restoreRelated(text: string, path: readonly string[], own: OwnIds): string {
  const value = path[1] === 'progressToken' ? own.progressToken : own.id
  const change: Change[] = value === undefined ? [] : [[path, value]]
  return edit(text, change)
}
