/**
 * Values by host name, as the Gateway API ranks them: an exact name before `*.example` before `*.com`
 * before undefined (every host). A wildcard stands for one or more labels. Names are lower case and
 * carry no port; the table does not check them.
 */
export type HostTable<T> = {
  /** All values whose name fits the host, the most specific first. */
  readonly matching: (host: string) => readonly T[]
}

/** Later entries of the same name replace earlier ones. */
export function createHostTable<T>(
  entries: Iterable<readonly [hostname: string | undefined, value: T]>,
): HostTable<T> {
  const exact = new Map<string, T>()
  const bySuffix = new Map<string, T>()
  const everyHost: T[] = []
  for (const [hostname, value] of entries) {
    if (hostname === undefined || hostname === '*') everyHost[0] = value
    else if (hostname.startsWith('*.')) bySuffix.set(hostname.slice(1), value)
    else exact.set(hostname, value)
  }
  if (exact.size === 0 && bySuffix.size === 0) return { matching: () => everyHost }

  return {
    matching(host) {
      const found: T[] = []
      const named = exact.get(host)
      if (named !== undefined) found.push(named)
      if (bySuffix.size > 0) {
        // From 1: the star needs at least one character.
        for (let dot = host.indexOf('.', 1); dot !== -1; dot = host.indexOf('.', dot + 1)) {
          const value = bySuffix.get(host.slice(dot))
          if (value !== undefined) found.push(value)
        }
      }
      if (everyHost[0] !== undefined) found.push(everyHost[0])
      return found
    },
  }
}
