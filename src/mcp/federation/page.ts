import { eachElement, eachMember } from '../json-scan.ts'
import { edit, locate } from '../json-text.ts'
import { isObject } from '../message.ts'
import type { Target } from '../target.ts'
import type { Reply } from './ask.ts'
import { type CacheHints, hintsOf } from './cache-hints.ts'
import { joinName, joinTask, joinUri, type Naming } from './names.ts'
import { appChanges } from './result-names.ts'
import type { ListKind } from './routing.ts'

type Json = Readonly<Record<string, unknown>>

/** One page of one target's list, ready to be merged with those of others. */
export type Page = {
  readonly target: Target
  readonly entries: readonly Entry[]
  readonly nextCursor: string | undefined
  /** JSON texts of the members of the result in its order, by name; the entries are left out of theirs. */
  readonly members: ReadonlyMap<string, string>
  /** As of `receivedAt`. */
  readonly hints: CacheHints
  /** Milliseconds since 1970. */
  readonly receivedAt: number
}

export type Entry = {
  /** As the target wrote it, parsed. */
  readonly item: Json
  /** Its JSON text in the names of the gateway; every byte that is no name is the target's. */
  readonly text: string
}

/** Takes the answer of a target to a list request apart, in one walk over its text. */
export function readPage(
  { target, text, message }: Reply,
  list: ListKind,
  naming: Naming,
  receivedAt: number,
): Page {
  const result = isObject(message.result) ? message.result : {}
  const items: unknown = result[list.member]
  const entries: Entry[] = []
  const members = new Map<string, string>()
  const readEntry = (item: unknown, start: number, end: number): void => {
    if (!isObject(item)) return
    entries.push({ item, text: renamed(text.slice(start, end), item, target.name, list, naming) })
  }
  const span = locate(text, ['result'])
  if (span !== undefined)
    eachMember(text, span[0], (name, start, end) => {
      members.set(name, name === list.member ? '[]' : text.slice(start, end))
      if (name !== list.member) return
      // Of a repeated member the last one counts, as for JSON.parse.
      entries.length = 0
      if (Array.isArray(items))
        eachElement(text, start, (index, from, to) => readEntry(items[index], from, to))
    })
  members.delete('nextCursor')
  const { nextCursor } = result
  return {
    target,
    entries,
    nextCursor: typeof nextCursor === 'string' ? nextCursor : undefined,
    members,
    hints: hintsOf(result),
    receivedAt,
  }
}

function renamed(text: string, item: Json, target: string, list: ListKind, naming: Naming): string {
  const name = item[list.name]
  const prefixed = list.space === 'uri' || list.space === 'task' ? naming.uris : naming.names
  return edit(text, [
    ...(prefixed && typeof name === 'string'
      ? [[[list.name], JSON.stringify(JOINS[list.space](target, name))] as const]
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
