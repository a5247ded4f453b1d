/** A step that has to be one for all replicas, by the clock of the store. Each works on one key. */
export type Script = { readonly name: string; readonly lua: string }

/**
 * The bucket of policy/token-bucket.ts. ARGV: size, tokens per fill, interval in ms, cost. Gives whether it was
 * enough, what is left, and how many ms the next fill is under way.
 */
export const TAKE_TOKENS: Script = {
  name: 'takeTokens',
  lua: `
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
`,
}

/**
 * Counts as a use of a session, unless it is over. ARGV: ms until its absolute end, ms that it may lie idle. Gives
 * 1 while it lives. A session that the store has never heard of lives: it was opened just now, or the store is
 * younger than it.
 */
export const USE_SESSION: Script = {
  name: 'useSession',
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('GET', KEYS[1])
local over = last == 'over' or (last and now - tonumber(last) > tonumber(ARGV[2]))
redis.call('SET', KEYS[1], over and 'over' or string.format('%.0f', now), 'PX', ARGV[1])
return over and 0 or 1
`,
}

/** Gives what lies there; where nothing does, puts ARGV[1] there for ARGV[2] ms and gives nothing. */
export const CLAIM: Script = {
  name: 'claimKey',
  lua: `
local found = redis.call('GET', KEYS[1])
if not found then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return found
`,
}
