import type { SharedLives } from '../mcp/shared-sessions.ts'
import type { Connection } from './connection.ts'
import { USE_SESSION } from './scripts.ts'

/** Ends that the store has not heard of yet; when there are more, the oldest are forgotten. */
const MOST_UNTOLD = 10_000

/** Sessions that ended while the store was away are ended there as soon as it is back. */
export function createSharedLives(connection: Connection): SharedLives {
  const untold = new Map<string, number>()

  const end = async (session: string, leftMs: number): Promise<void> => {
    try {
      await connection.set(`session:${session}`, 'over', leftMs)
      untold.delete(session)
    } catch {
      untold.set(session, leftMs)
      const [oldest] = untold.keys()
      if (untold.size > MOST_UNTOLD && oldest !== undefined) untold.delete(oldest)
    }
  }
  connection.onUp(() => {
    for (const [session, leftMs] of untold) void end(session, leftMs)
  })

  return {
    use: async (session, leftMs, idleMs) =>
      (await connection.run(USE_SESSION, `session:${session}`, leftMs, idleMs)) === 1,
    end,
  }
}
