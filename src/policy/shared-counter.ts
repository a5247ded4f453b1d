import type { Log } from '../observe/log.ts'
import type { Counter } from './limiter.ts'
import type { Store } from './store/store.ts'
import type { BucketSize, Buckets } from './token-bucket.ts'

/** Whether the store answers; all counters of a process share one, so that an outage is logged once. */
export type StoreHealth = { failed(error: unknown): void; worked(): void }

export function createStoreHealth(log: Log): StoreHealth {
  let isDown = false
  return {
    failed(error) {
      if (isDown) return
      isDown = true
      const reason = error instanceof Error ? error.message : String(error)
      log.warn({ reason }, 'the store of rate limits cannot be reached')
    },
    worked() {
      if (!isDown) return
      isDown = false
      log.info({}, 'the store of rate limits is back')
    },
  }
}

/**
 * Counts in the store. While it cannot be reached, in `local` buckets, or, where there are none, not at
 * all: then nobody passes.
 *
 * @param name tells the limit from others, and is the same in every replica
 */
export function createSharedCounter(
  name: string,
  size: BucketSize,
  store: Promise<Store>,
  health: StoreHealth,
  local: Buckets | undefined,
): Counter {
  return {
    async take(key, cost) {
      try {
        const taken = await (await store).take(`${name}:${key}`, size, cost)
        health.worked()
        return taken
      } catch (error) {
        health.failed(error)
        return local?.take(key, cost)
      }
    },
  }
}
