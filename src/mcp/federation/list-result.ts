import { type CacheHints, mergeHints } from './cache-hints.ts'
import type { Members } from './members.ts'
import type { Entry, Page } from './page.ts'
import type { ListKind } from './routing.ts'

export type ListParts = {
  /** In the order of the targets. */
  readonly pages: readonly Page[]
  readonly list: ListKind
  /** Whether an entry is shown; undefined: every one is. */
  readonly shown: ((target: string, item: Entry['item']) => boolean) | undefined
  /** Cursor for what is left, by target; called only where something is. */
  readonly cursor: (left: Readonly<Record<string, string>>) => string
  readonly modern: boolean
  /** When the client asked, in milliseconds since 1970: what came later is new. */
  readonly askedAt: number
  /** No target is missing that should be there. */
  readonly isWhole: boolean
}

/** Lists of several targets as one. */
export type ListResults = {
  /** @returns JSON text of the result */
  write(parts: ListParts): string
}

type Written = { readonly pages: readonly Page[]; readonly text: string }

/** Of the same pages the result is the same, so it is put together once, as long as all is shown. */
export function createListResults({ decisions }: Members): ListResults {
  const written = new WeakMap<Page, Written>()

  const textOf = (parts: ListParts): string => {
    const { pages, shown } = parts
    const [first] = pages
    if (first === undefined || shown !== undefined) return merge(parts)
    const before = written.get(first)
    if (before !== undefined && areSame(before.pages, pages)) return before.text
    const text = merge(parts)
    written.set(first, { pages, text })
    return text
  }

  return {
    write(parts) {
      const text = textOf(parts)
      if (!parts.modern) return `{${text}}`
      const { ttlMs, cacheScope } = mergeHints(
        parts.pages.map(page => remaining(page, parts.askedAt)),
      )
      // What a caller may see depends on rules, so it is for nobody else.
      const scope = decisions.restricts ? 'private' : cacheScope
      return `{${text},"ttlMs":${parts.isWhole ? ttlMs : 0},"cacheScope":"${scope}"}`
    },
  }
}

/**
 * Entries are copied as text, so that everything in them that is not their name arrives as the target
 * wrote it; so are the other members of the first result that has them.
 *
 * @returns text between the braces, without the hints of the modern era
 */
function merge({ pages, list, shown, cursor, modern }: ListParts): string {
  const items: string[] = []
  const left: Record<string, string> = {}
  const members = new Map<string, string>()
  for (const { target, entries, nextCursor, members: own } of pages) {
    for (const { item, text } of entries)
      if (shown === undefined || shown(target.name, item)) items.push(text)
    if (nextCursor !== undefined) left[target.name] = nextCursor
    for (const [name, value] of own) if (!members.has(name)) members.set(name, value)
  }
  members.set(list.member, `[${items.join(',')}]`)
  if (Object.keys(left).length > 0) members.set('nextCursor', JSON.stringify(cursor(left)))
  if (pages.length > 1) members.delete('_meta')
  if (modern) {
    if (!members.has('resultType')) members.set('resultType', '"complete"')
    members.delete('ttlMs')
    members.delete('cacheScope')
  }
  return [...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')
}

/** What is left of the time that a page holds. */
function remaining({ hints, receivedAt }: Page, askedAt: number): CacheHints {
  const ageMs = Math.max(0, askedAt - receivedAt)
  return { ...hints, ttlMs: Math.max(0, hints.ttlMs - ageMs) }
}

function areSame(some: readonly Page[], others: readonly Page[]): boolean {
  return some.length === others.length && some.every((page, index) => page === others[index])
}
