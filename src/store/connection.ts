import type { Redis } from 'ioredis'
import type { Secret } from '../config/secret.ts'
import type { Log } from '../observe/log.ts'
import type { Script } from './scripts.ts'

/** A connection to a server that speaks the protocol of Redis; goes on trying for as long as it is open. */
export type Connection = {
  /** Rejects when the store cannot be reached in time. */
  run(script: Script, key: string, ...args: readonly (string | number)[]): Promise<unknown>
  /** Lays a value down for so many milliseconds. Rejects like `run`. */
  set(key: string, value: string, lifeMs: number): Promise<void>
  /** Rejects like `run`. */
  delete(key: string): Promise<void>
  /** Called whenever the store can be reached again. */
  onUp(listener: () => void): void
  close(): Promise<void>
}

/** How long a request may be held up. */
const TIMEOUT_MS = 500
/** A store that hangs would hold up every request for that long, so it gets a rest. */
const REST_MS = 1_000
const LONGEST_PAUSE_MS = 2_000
const PREFIX = 'portcullis:'

type Command = (key: string, ...args: readonly (string | number)[]) => Promise<unknown>

/** The client is only loaded where a store is configured. An outage is logged once, and its end. */
export function connect(url: Secret, log: Log): Connection {
  const listeners: (() => void)[] = []
  const health = createHealth(log, () => {
    for (const listener of listeners) listener()
  })
  const commands = new Map<string, Command>()
  let restsUntil = 0
  const opening = import('ioredis').then(({ Redis: Client }) => {
    const redis = new Client(url.reveal(), {
      keyPrefix: PREFIX,
      // A request that waits for a dead store would be worse than one that goes by what is known here.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: TIMEOUT_MS,
      connectTimeout: LONGEST_PAUSE_MS,
      retryStrategy: attempt => Math.min(attempt * 100, LONGEST_PAUSE_MS),
    })
    redis.on('ready', () => {
      restsUntil = 0
      health.up()
    })
    redis.on('error', ({ message }: Error) => health.down(message))
    redis.on('close', () => health.down('the connection is closed'))
    return redis
  })

  const ask = async <T>(question: (redis: Redis) => Promise<T>): Promise<T> => {
    if (performance.now() < restsUntil) throw new Error('the store did not answer a moment ago')
    const redis = await opening
    try {
      const answer = await question(redis)
      health.up()
      return answer
    } catch (error) {
      if (redis.status === 'ready') restsUntil = performance.now() + REST_MS
      health.down(error instanceof Error ? error.message : String(error))
      throw error
    }
  }

  return {
    run({ name, lua }, key, ...args) {
      return ask(redis => {
        const command = commands.get(name) ?? define(redis, name, lua)
        commands.set(name, command)
        return command.call(redis, key, ...args)
      })
    },
    async set(key, value, lifeMs) {
      await ask(redis => redis.set(key, value, 'PX', lifeMs))
    },
    async delete(key) {
      await ask(redis => redis.del(key))
    },
    onUp: listener => void listeners.push(listener),
    async close() {
      const redis = await opening
      redis.removeAllListeners('close')
      redis.disconnect()
    },
  }
}

/** The client makes a method of it, and sends the text of the script once. */
function define(redis: Redis, name: string, lua: string): Command {
  redis.defineCommand(name, { lua, numberOfKeys: 1 })
  return (redis as unknown as Readonly<Record<string, Command>>)[name] as Command
}

function createHealth(log: Log, back: () => void): { up(): void; down(reason: string): void } {
  let state: 'new' | 'up' | 'down' = 'new'
  return {
    down(reason) {
      if (state === 'down') return
      state = 'down'
      log.warn({ reason }, 'the store cannot be reached: each replica goes by what it knows itself')
    },
    up() {
      if (state === 'up') return
      log.info({}, state === 'new' ? 'the store can be reached' : 'the store is back')
      state = 'up'
      back()
    },
  }
}
