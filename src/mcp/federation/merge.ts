import { edit, elementsAt, membersAt } from '../json-text.ts'
import { isObject } from '../message.ts'
import type { Reply } from './ask.ts'
import { joinName, joinTask, joinUri, type Naming } from './names.ts'
import { appChanges } from './result-names.ts'
import type { ListKind } from './routing.ts'

export type MergeOptions = {
  readonly naming: Naming
  readonly list: ListKind
  /** Whether an entry is shown; as the target wrote it, parsed. */
  readonly shown: (target: string, item: Readonly<Record<string, unknown>>) => boolean
  /** Cursor for what is left, by target; called only where something is. */
  readonly cursor: (left: Readonly<Record<string, string>>) => string
  /** Entries depend on who asks, so the result is for nobody else. */
  readonly personal: boolean
  readonly modern: boolean
}

/**
 * Lists of several targets as one, in the order of the targets. Entries are copied as text, so that
 * everything in them that is not their name arrives as the target wrote it.
 *
 * @returns JSON text of the result
 */
export function mergeLists(replies: readonly Reply[], options: MergeOptions): string {
  const { list } = options
  const items = replies.flatMap(reply => entries(reply, options))
  const left: Record<string, string> = {}
  const members = new Map<string, string>()
  for (const { target, text, message } of replies) {
    const { nextCursor } = isObject(message.result) ? message.result : {}
    if (typeof nextCursor === 'string') left[target.name] = nextCursor
    for (const [name, value] of membersAt(text, ['result']))
      if (!members.has(name)) members.set(name, value)
  }
  members.set(list.member, `[${items.join(',')}]`)
  members.delete('nextCursor')
  if (Object.keys(left).length > 0) members.set('nextCursor', JSON.stringify(options.cursor(left)))
  if (replies.length > 1) members.delete('_meta')
  if (options.modern) {
    if (!members.has('resultType')) members.set('resultType', '"complete"')
    const hints = cacheHints(replies.map(({ message }) => message.result))
    members.set('ttlMs', String(hints.ttlMs))
    members.set('cacheScope', JSON.stringify(options.personal ? 'private' : hints.cacheScope))
  }
  return objectText(members)
}

/** What may be kept for how long: as long as the shortest, and by whom: the narrowest. */
export function cacheHints(results: readonly unknown[]): {
  readonly ttlMs: number
  readonly cacheScope: 'public' | 'private'
} {
  const ttls = results.map(result =>
    isObject(result) && typeof result.ttlMs === 'number' ? Math.max(0, result.ttlMs) : 0,
  )
  const isPublic = results.every(result => isObject(result) && result.cacheScope === 'public')
  return {
    ttlMs: ttls.length === 0 ? 0 : Math.min(...ttls),
    cacheScope: isPublic ? 'public' : 'private',
  }
}

export function objectText(members: ReadonlyMap<string, string>): string {
  const written = [...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`)
  return `{${written.join(',')}}`
}

function entries({ target, text, message }: Reply, options: MergeOptions): string[] {
  const { member } = options.list
  const parsed = isObject(message.result) ? message.result[member] : undefined
  if (!Array.isArray(parsed)) return []
  const texts = elementsAt(text, ['result', member])
  return parsed.flatMap((item: unknown, index) => {
    const own = texts[index]
    if (own === undefined || !isObject(item) || !options.shown(target.name, item)) return []
    return [renamed(own, item, target.name, options)]
  })
}

function renamed(
  text: string,
  item: Readonly<Record<string, unknown>>,
  target: string,
  { naming, list }: MergeOptions,
): string {
  const name = item[list.name]
  const join = JOINS[list.space]
  const prefixed = list.space === 'uri' || list.space === 'task' ? naming.uris : naming.names
  return edit(text, [
    ...(prefixed && typeof name === 'string'
      ? [[[list.name], JSON.stringify(join(target, name))] as const]
      : []),
    ...(naming.uris ? appChanges(target, item, []) : []),
  ])
}

const JOINS: Readonly<Record<ListKind['space'], (target: string, name: string) => string>> = {
  tool: joinName,
  prompt: joinName,
  uri: joinUri,
  task: joinTask,
}
