import type { AnswerBoard } from '../authserver/shared-refreshes.ts'
import type { SharedMarks } from '../authserver/single-use.ts'
import type { Secret } from '../config/secret.ts'
import type { SharedLives } from '../mcp/shared-sessions.ts'
import type { Log } from '../observe/log.ts'
import type { SharedBuckets } from '../policy/shared-counter.ts'
import { connect } from './connection.ts'
import { createSharedLives } from './lives.ts'
import { CLAIM, TAKE_TOKENS } from './scripts.ts'

/**
 * What replicas share. Every question rejects while the store cannot be reached; who asks goes by what is
 * known in this process then.
 */
export type Store = {
  readonly url: Secret
  readonly buckets: SharedBuckets
  readonly lives: SharedLives
  readonly marks: SharedMarks
  readonly answers: AnswerBoard
  close(): Promise<void>
}

/** Connects in the background; nobody has to wait for it. */
export function openStore(url: Secret, log: Log): Store {
  const connection = connect(url, log)
  return {
    url,
    buckets: {
      async take(bucket, { maxTokens, tokensPerFill, fillIntervalMs }, cost) {
        const numbers = [maxTokens, tokensPerFill, fillIntervalMs, cost]
        const [enough, tokens, sinceFillMs] = (await connection.run(
          TAKE_TOKENS,
          `limit:${bucket}`,
          ...numbers,
        )) as [number, number, number]
        return { enough: enough === 1, tokens, sinceFillMs }
      },
    },
    lives: createSharedLives(connection),
    marks: {
      claim: async (mark, lifeMs) =>
        (await connection.run(CLAIM, `used:${mark}`, '1', lifeMs)) === null,
      release: mark => connection.delete(`used:${mark}`),
    },
    answers: {
      claim: async (key, mark, lifeMs) =>
        ((await connection.run(CLAIM, `refresh:${key}`, mark, lifeMs)) ?? undefined) as
          | string
          | undefined,
      leave: (key, answer, lifeMs) => connection.set(`refresh:${key}`, answer, lifeMs),
      clear: key => connection.delete(`refresh:${key}`),
    },
    close: connection.close,
  }
}
