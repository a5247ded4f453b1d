import type { Identity } from '../../auth/identity.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { Page } from './page.ts'

/**
 * Pages of lists as long as their targets let them be kept: `public` ones for everybody, `private` ones
 * for the holder of one token, because another token is another authorization context (spec 2026-07-28,
 * server/utilities/caching). What anonymous callers are shown is kept for none of them.
 */
export type KeptPages = {
  /** @param key says everything that the page depends on, but who asks */
  find(key: string, target: string, identity: Identity): Page | undefined
  /**
   * @param version of the target when it was asked
   * @param size of the answer, in characters
   */
  keep(key: string, page: Page, identity: Identity, version: number, size: number): void
  /** Grows whenever what is kept of a target is dropped. */
  version(target: string): number
  /** What is kept of a target is out of date, and so is what it was asked before now. */
  drop(target: string): void
}

type Kept = { readonly page: Page; readonly version: number; readonly size: number }

const MAX_PAGES = 10_000
const MAX_CHARACTERS = 32 * 1024 * 1024
/** However long a target says that its list holds: changes are announced to those who listen, only. */
const LONGEST_MS = 600_000
const EVERYBODY = ''

export function createKeptPages(now: () => number): KeptPages {
  let characters = 0
  const kept = new BoundedMap<string, Kept>(MAX_PAGES, ({ size }) => {
    characters -= size
  })
  const versions = new Map<string, number>()
  const owners = new WeakMap<Identity, string>()
  let lastOwner = 0

  const version = (target: string): number => versions.get(target) ?? 0

  const remove = (key: string, { size }: Kept): void => {
    kept.delete(key)
    characters -= size
  }

  const fresh = (key: string, target: string): Page | undefined => {
    const found = kept.peek(key)
    if (found === undefined) return undefined
    const { page } = found
    const holdsMs = Math.min(page.hints.ttlMs, LONGEST_MS)
    if (found.version === version(target) && now() - page.receivedAt < holdsMs) return page
    remove(key, found)
    return undefined
  }

  /** One verified token is one object, as long as it is remembered. */
  const ownerOf = (identity: Identity): string => {
    const known = owners.get(identity)
    if (known !== undefined) return known
    const owner = String(++lastOwner)
    owners.set(identity, owner)
    return owner
  }

  return {
    version,

    find(key, target, identity) {
      const owner = owners.get(identity)
      return (
        fresh(`${EVERYBODY} ${key}`, target) ??
        (owner === undefined ? undefined : fresh(`${owner} ${key}`, target))
      )
    },

    keep(key, page, identity, asked, size) {
      const { ttlMs, cacheScope } = page.hints
      if (ttlMs <= 0 || asked !== version(page.target.name)) return
      if (cacheScope === 'private' && !identity.authenticated) return
      const place = `${cacheScope === 'public' ? EVERYBODY : ownerOf(identity)} ${key}`
      const before = kept.peek(place)
      if (before !== undefined) remove(place, before)
      characters += size
      kept.set(place, { page, version: asked, size })
      for (const [oldest, entry] of kept.entries()) {
        if (characters <= MAX_CHARACTERS) return
        remove(oldest, entry)
      }
    },

    drop: target => void versions.set(target, version(target) + 1),
  }
}
