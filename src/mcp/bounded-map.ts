/**
 * A map that never holds more than `limit` entries: the one that was used longest ago goes first.
 * Invariant 8: nothing that clients can fill grows without bound.
 */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #limit: number
  readonly #evicted: ((value: Value) => void) | undefined

  /** @param evicted told of each value that had to go to make room */
  constructor(limit: number, evicted?: (value: Value) => void) {
    this.#limit = limit
    this.#evicted = evicted
  }

  get size(): number {
    return this.#entries.size
  }

  /** The value; it counts as used now. */
  get(key: Key): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  /** The value, without counting as a use. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#limit) return
    for (const [oldest, evicted] of this.#entries) {
      this.#entries.delete(oldest)
      this.#evicted?.(evicted)
      return
    }
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key)
  }

  entries(): IterableIterator<[Key, Value]> {
    return this.#entries.entries()
  }

  values(): IterableIterator<Value> {
    return this.#entries.values()
  }
}
