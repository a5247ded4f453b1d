/** For how long and by whom a result may be kept (spec 2026-07-28, server/utilities/caching). */
export type CacheHints = {
  /** Zero: it is out of date at once. */
  readonly ttlMs: number
  readonly cacheScope: 'public' | 'private'
}

/** What a result says; what it does not say is the narrowest. */
export function hintsOf({ ttlMs, cacheScope }: Readonly<Record<string, unknown>>): CacheHints {
  return {
    ttlMs: typeof ttlMs === 'number' ? Math.max(0, ttlMs) : 0,
    cacheScope: cacheScope === 'public' ? 'public' : 'private',
  }
}

/** Of several results as one: the shortest time and the narrowest scope. */
export function mergeHints(all: readonly CacheHints[]): CacheHints {
  return {
    ttlMs: all.length === 0 ? 0 : Math.min(...all.map(({ ttlMs }) => ttlMs)),
    cacheScope: all.every(({ cacheScope }) => cacheScope === 'public') ? 'public' : 'private',
  }
}
