import { isDeepStrictEqual } from 'node:util'
import type { Log } from '../../observe/log.ts'
import { type Api, ApiError } from './api.ts'
import { createBackoff } from './backoff.ts'
import type { Cluster } from './cluster.ts'
import { collectionPath, KINDS } from './kinds.ts'
import { titleOf } from './object.ts'
import type { StatusChange } from './translation.ts'

export type StatusWriter = {
  /** What all statuses should be from now on. */
  readonly want: (changes: readonly StatusChange[]) => void
  /** Whether this process is the one that writes. */
  readonly lead: (leads: boolean) => void
}

const AT_ONCE = 8

/**
 * Brings statuses to what they should be, writing only what differs. What cannot be written now is tried
 * again, after a pause that grows.
 */
export function createStatusWriter(
  api: Api,
  cluster: Cluster,
  log: Log,
  signal: AbortSignal,
): StatusWriter {
  let wanted: readonly StatusChange[] = []
  let leads = false
  let running = false
  let again = false
  const backoff = createBackoff(200, 30_000)

  const write = async (change: StatusChange): Promise<boolean> => {
    const { kind, object } = change
    const { namespace, name } = object.metadata
    // Others may have written since the translation.
    const current = cluster.get(kind, namespace, name)
    if (current === undefined) return true
    const status = change.status(current.status, new Date().toISOString())
    const before = (current.status ?? {}) as Readonly<Record<string, unknown>>
    if (Object.entries(status).every(([key, value]) => isDeepStrictEqual(value, before[key]))) {
      return true
    }
    try {
      const path = `${collectionPath(KINDS[kind], namespace)}/${encodeURIComponent(name)}/status`
      const { resourceVersion } = current.metadata
      await api.request('PATCH', path, { metadata: { resourceVersion }, status })
      return true
    } catch (error) {
      if (error instanceof ApiError && GONE.includes(error.status)) return error.status === 404
      log.warn({ object: titleOf(object), error }, 'a status cannot be written')
      return false
    }
  }

  const run = async (): Promise<void> => {
    if (running) {
      again = true
      return
    }
    running = true
    do {
      again = false
      const queue = [...wanted]
      let complete = true
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined && leads; next = queue.shift()) {
          if (signal.aborted) return
          complete = (await write(next)) && complete
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
      if (complete) {
        backoff.reset()
      } else {
        await backoff.wait(signal)
        again = true
      }
    } while (again && leads && !signal.aborted)
    running = false
  }

  return {
    want(changes) {
      wanted = changes
      if (leads) void run()
    },
    lead(now) {
      leads = now
      if (leads) void run()
    },
  }
}

/** Deleted meanwhile; changed meanwhile, so that the next round sees the newer one. */
const GONE = [404, 409]
