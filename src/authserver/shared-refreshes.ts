import { setTimeout as wait } from 'node:timers/promises'
import type { Sealer } from '../seal/seal.ts'

/** Where replicas leave each other word. Everything rejects where nobody can be asked. */
export type AnswerBoard = {
  /** What lies there; undefined: nothing did, and now `mark` does. */
  claim(key: string, mark: string, lifeMs: number): Promise<string | undefined>
  leave(key: string, answer: string, lifeMs: number): Promise<void>
  clear(key: string): Promise<void>
}

/** One refresh per token over all replicas. */
export type SharedRefreshes = <Answer>(
  key: string,
  refresh: () => Promise<Answer>,
  good: (answer: Answer) => boolean,
  graceMs: number,
) => Promise<Answer>

const RUNNING = 'running'
/** Longer than a request to a provider takes; a replica that died meanwhile holds nobody up for longer. */
const RUNNING_MS = 20_000
const ASK_AGAIN_MS = 100

/**
 * The first replica refreshes and leaves the answer, sealed, for as long as it may be given again; the others
 * wait for it. Where nobody can be asked, or nothing comes, a replica refreshes by itself.
 *
 * @param now milliseconds since 1970
 */
export function createSharedRefreshes(
  board: AnswerBoard,
  sealer: Sealer,
  now: () => number,
): SharedRefreshes {
  return async (key, refresh, good, graceMs) => {
    const found = await claimed(board, key)
    if (found === 'nobody') return refresh()
    if (found !== 'first')
      return (sealer.open('refresh-answer', found.answer) as never) ?? refresh()
    const answer = await refresh().catch(async (error: unknown) => {
      await board.clear(key).catch(() => undefined)
      throw error
    })
    const told = good(answer)
      ? board.leave(key, sealer.seal('refresh-answer', answer, now() + graceMs), graceMs)
      : board.clear(key)
    await told.catch(() => undefined)
    return answer
  }
}

/** `first`: it is up to this replica. `nobody`: it is, and nobody can be told. */
async function claimed(
  board: AnswerBoard,
  key: string,
): Promise<'first' | 'nobody' | { readonly answer: string }> {
  for (let waitedMs = 0; waitedMs < RUNNING_MS; waitedMs += ASK_AGAIN_MS) {
    const found = await board.claim(key, RUNNING, RUNNING_MS).catch(() => null)
    if (found === null) return 'nobody'
    if (found === undefined) return 'first'
    if (found !== RUNNING) return { answer: found }
    await wait(ASK_AGAIN_MS)
  }
  return 'nobody'
}
