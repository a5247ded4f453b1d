import { Redis } from 'ioredis'
import type { Secret } from '../../config/secret.ts'
import { type BucketSize, refused } from '../token-bucket.ts'
import type { Store, StoreEvents } from './store.ts'

/** How long a limit may hold up a call. */
const TIMEOUT_MS = 500
const LONGEST_PAUSE_MS = 2_000
const PREFIX = 'portcullis:limit:'

/**
 * The bucket of `token-bucket.ts` in one step, by the clock of the store, so that replicas need not agree on
 * the time. KEYS: the bucket. ARGV: size, tokens per fill, interval in ms, cost. Gives whether it was
 * enough, what is left, and how many ms the next fill is under way.
 */
const TAKE = `
local size, fill, interval, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'filled')
local tokens, filled = tonumber(bucket[1]) or size, tonumber(bucket[2]) or now
local fills = math.max(0, math.floor((now - filled) / interval))
tokens = math.min(size, tokens + fills * fill)
filled = filled + fills * interval
local enough = tokens >= cost
if enough then tokens = tokens - cost end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'filled', filled)
redis.call('PEXPIRE', KEYS[1], (math.ceil((size - tokens) / fill) + 1) * interval)
return { enough and 1 or 0, tokens, now - filled }
`

/** Connects, and goes on trying for as long as it is open. */
export function openRedis(
  url: Secret,
  events: StoreEvents,
): Store & { readonly ready: Promise<void> } {
  const redis = new Redis(url.reveal(), {
    // A call that waits for a dead store would be worse than one that is not limited.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: TIMEOUT_MS,
    connectTimeout: LONGEST_PAUSE_MS,
    retryStrategy: attempt => Math.min(attempt * 100, LONGEST_PAUSE_MS),
    scripts: { takeTokens: { lua: TAKE, numberOfKeys: 1 } },
  }) as Redis & { takeTokens(...parts: (string | number)[]): Promise<[number, number, number]> }
  const ready = new Promise<void>(resolve => redis.once('ready', () => resolve()))
  redis.on('ready', events.up)
  redis.on('error', ({ message }: Error) => events.down(message))
  redis.on('close', () => events.down('the connection is closed'))
  return {
    ready,
    async take(bucket, size, cost) {
      const { maxTokens, tokensPerFill, fillIntervalMs } = size
      const [enough, tokens, sinceFillMs] = await redis.takeTokens(
        PREFIX + bucket,
        maxTokens,
        tokensPerFill,
        fillIntervalMs,
        cost,
      )
      if (enough === 1) return { allowed: true, remaining: tokens, waitMs: 0 }
      return refused(size satisfies BucketSize, tokens, cost, sinceFillMs)
    },
    close() {
      redis.removeAllListeners('close')
      redis.disconnect()
      return Promise.resolve()
    },
  }
}
