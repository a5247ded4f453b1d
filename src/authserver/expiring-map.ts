/** A map of bounded size whose entries end by themselves; when it is full the oldest entry goes. */
export type ExpiringMap<Value> = {
  get(key: string): Value | undefined
  /** @param expiresAt milliseconds since 1970 */
  set(key: string, value: Value, expiresAt: number): void
  delete(key: string): void
  readonly size: number
}

export function createExpiringMap<Value>(max: number, now: () => number): ExpiringMap<Value> {
  const entries = new Map<string, { readonly value: Value; readonly expiresAt: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined || entry.expiresAt > now()) return entry?.value
      entries.delete(key)
      return undefined
    },
    set(key, value, expiresAt) {
      entries.delete(key)
      entries.set(key, { value, expiresAt })
      const [oldest] = entries.keys()
      if (entries.size > max && oldest !== undefined) entries.delete(oldest)
    },
    delete: key => {
      entries.delete(key)
    },
    get size() {
      return entries.size
    },
  }
}
