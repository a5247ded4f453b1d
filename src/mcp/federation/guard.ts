import type { Log } from '../../observe/log.ts'
import type { CallFailure } from '../failure.ts'

/** Waits for work that answers by itself; a fault in it is logged, and `fail` is told. */
export function guard(
  log: Log,
  fail: (failure: CallFailure) => void,
  work: Promise<unknown>,
): void {
  work.catch((error: unknown) => {
    log.error({ error }, 'a message could not be handled')
    fail({ kind: 'target_failed', detail: 'the gateway failed; its log says why' })
  })
}
