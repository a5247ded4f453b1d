import type { RateLimit } from '../config/snapshot.ts'

export type BucketSize = Pick<RateLimit, 'maxTokens' | 'tokensPerFill' | 'fillIntervalMs'>

/** What came of an attempt to take tokens. */
export type Taken = {
  readonly allowed: boolean
  /** Left in the bucket, after this. */
  readonly remaining: number
  /** Milliseconds until there will be enough; when there was, until the next tokens come in. */
  readonly waitMs: number
}

export type Buckets = {
  /** Takes all of `cost`, or nothing. */
  take(key: string, cost: number): Taken
  close(): void
}

/** Of one limit. When there are more, those that were used longest ago begin anew, full. */
export const MOST_BUCKETS = 100_000

type Bucket = { tokens: number; filledAt: number }

/** @param now milliseconds since 1970 */
export function createBuckets(
  size: BucketSize,
  now: () => number,
  most: number = MOST_BUCKETS,
): Buckets {
  const { maxTokens, tokensPerFill, fillIntervalMs } = size
  const buckets = new Map<string, Bucket>()

  function bucketOf(key: string): Bucket {
    const time = now()
    const bucket = buckets.get(key) ?? { tokens: maxTokens, filledAt: time }
    const fills = Math.max(0, Math.floor((time - bucket.filledAt) / fillIntervalMs))
    bucket.tokens = Math.min(maxTokens, bucket.tokens + fills * tokensPerFill)
    bucket.filledAt += fills * fillIntervalMs
    buckets.delete(key)
    buckets.set(key, bucket)
    if (buckets.size > most) forgetOldest()
    return bucket
  }

  function forgetOldest(): void {
    const [oldest] = buckets.keys()
    if (oldest !== undefined) buckets.delete(oldest)
  }

  return {
    take(key, cost) {
      const bucket = bucketOf(key)
      if (bucket.tokens >= cost) {
        bucket.tokens -= cost
        const waitMs = fillIntervalMs - (now() - bucket.filledAt)
        return { allowed: true, remaining: bucket.tokens, waitMs }
      }
      return refused(size, bucket.tokens, cost, now() - bucket.filledAt)
    },
    close: () => buckets.clear(),
  }
}

/** @param sinceFillMs how long the next fill is under way already */
export function refused(
  { tokensPerFill, fillIntervalMs }: BucketSize,
  tokens: number,
  cost: number,
  sinceFillMs: number,
): Taken {
  const fills = Math.ceil((cost - tokens) / tokensPerFill)
  return {
    allowed: false,
    remaining: tokens,
    waitMs: Math.max(1, fills * fillIntervalMs - sinceFillMs),
  }
}
