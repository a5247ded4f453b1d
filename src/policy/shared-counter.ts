import type { Counter } from './limiter.ts'
import { type BucketSize, type Buckets, refused } from './token-bucket.ts'

/** Token buckets that all replicas share. */
export type SharedBuckets = {
  /** Takes all of `cost`, or nothing. Rejects when nobody can be asked in time. */
  take(
    bucket: string,
    size: BucketSize,
    cost: number,
  ): Promise<{
    readonly enough: boolean
    /** Left, after this. */
    readonly tokens: number
    /** How long the next fill is under way already. */
    readonly sinceFillMs: number
  }>
}

/**
 * Counts for all replicas together. While nobody can be asked, in `local` buckets, or, where there are none,
 * not at all: then nobody passes.
 *
 * @param name tells the limit from others, and is the same in every replica
 */
export function createSharedCounter(
  name: string,
  size: BucketSize,
  shared: SharedBuckets,
  local: Buckets | undefined,
): Counter {
  return {
    async take(key, cost) {
      const taken = await shared.take(`${name}:${key}`, size, cost).catch(() => undefined)
      if (taken === undefined) return local?.take(key, cost)
      const { enough, tokens, sinceFillMs } = taken
      return enough
        ? { allowed: true, remaining: tokens, waitMs: size.fillIntervalMs - sinceFillMs }
        : refused(size, tokens, cost, sinceFillMs)
    },
  }
}
