import type { Client } from '../client.ts'
import { edit, elementsAt } from '../json-text.ts'
import { isObject, type Message } from '../message.ts'
import type { Members } from './members.ts'
import { type ListKind, ROUTES } from './routing.ts'

/** Whether selectors and rules let a caller see an entry of a list. */
export function isShown(
  { selects, decisions }: Members,
  list: ListKind,
  target: string,
  item: Readonly<Record<string, unknown>>,
  client: Client,
): boolean {
  const { name } = item
  if (list.space === 'tool' && typeof name === 'string' && !selects(target, name)) return false
  return decisions.listed(list.listed, item, target, client)
}

/**
 * An answer that comes on a stream which was taken up again, where nobody knows what was asked: lists in it
 * lose the entries that the caller may not see.
 */
export function withoutHidden(
  members: Members,
  target: string,
  text: string,
  { result }: Message,
  client: Client,
): string {
  if (!isObject(result) || (members.selectsAll && !members.decisions.restricts)) return text
  return edit(
    text,
    LISTS.flatMap(list => {
      const items: unknown = result[list.member]
      if (!Array.isArray(items)) return []
      const texts = elementsAt(text, ['result', list.member])
      const kept = texts.filter((_text, index) => {
        const item: unknown = items[index]
        return isObject(item) && isShown(members, list, target, item, client)
      })
      return [[['result', list.member], `[${kept.join(',')}]`] as const]
    }),
  )
}

const LISTS: readonly ListKind[] = [...ROUTES.values()].flatMap(routing =>
  routing.to === 'list' ? [routing.list] : [],
)
