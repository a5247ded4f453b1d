import type { Log } from '../observe/log.ts'
import type { Counter } from './limiter.ts'
import type { Store, StoreEvents } from './store/store.ts'
import type { BucketSize, Buckets } from './token-bucket.ts'

/** Logs an outage once, and its end. */
export function createStoreHealth(log: Log): StoreEvents {
  let state: 'new' | 'up' | 'down' = 'new'
  return {
    down(reason) {
      if (state === 'down') return
      state = 'down'
      log.warn({ reason }, 'the store of rate limits cannot be reached')
    },
    up() {
      if (state === 'up') return
      log.info({}, `the store of rate limits ${state === 'new' ? 'can be reached' : 'is back'}`)
      state = 'up'
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
  events: Pick<StoreEvents, 'down'>,
  local: Buckets | undefined,
): Counter {
  return {
    async take(key, cost) {
      try {
        return await (await store).take(`${name}:${key}`, size, cost)
      } catch (error) {
        events.down(error instanceof Error ? error.message : String(error))
        return local?.take(key, cost)
      }
    },
  }
}
