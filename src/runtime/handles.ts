/** What lives longer than one configuration, as long as the piece that it was made from does not change. */
export type Handle = { close(): void | Promise<void> }

export type Handles = {
  /** The handle of this key: of the previous runtime if it has one, else made now. */
  use<T extends Handle>(key: string, make: () => T): T
  /** Closes what the next runtime does not use; settles when all of it has ended. */
  retire(next: Handles | undefined): Promise<void>
  has(key: string): boolean
}

/** @param previous handles to take over from; undefined at the start */
export function createHandles(previous: ReadonlyHandles | undefined): Handles & ReadonlyHandles {
  const handles = new Map<string, Handle>()
  return {
    use<T extends Handle>(key: string, make: () => T): T {
      const existing = handles.get(key) ?? previous?.get(key)
      const handle = existing ?? make()
      handles.set(key, handle)
      return handle as T
    },
    get: key => handles.get(key),
    has: key => handles.has(key),
    async retire(next) {
      const unused = [...handles].filter(([key]) => next?.has(key) !== true)
      await Promise.all(unused.map(([, handle]) => handle.close()))
    },
  }
}

export type ReadonlyHandles = { get(key: string): Handle | undefined }
