import type { Exchange } from '../connection.ts'
import type { CallFailure } from '../failure.ts'
import type { Message } from '../message.ts'
import type { Target } from '../target.ts'

/** What one of several targets answered. */
export type Reply = { readonly target: Target; readonly text: string; readonly message: Message }

/** The answer of one target within a deadline. */
export function ask(
  target: Target,
  deadlineMs: number,
  start: (exchange: Exchange) => () => void,
): Promise<Reply | CallFailure> {
  return new Promise(settle => {
    const timer = setTimeout(() => {
      cancel()
      settle(late(target, deadlineMs))
    }, deadlineMs)
    const over = (outcome: Reply | CallFailure): void => {
      clearTimeout(timer)
      settle(outcome)
    }
    const cancel = start({
      message: () => false,
      answer: (text, message) => over({ target, text, message }),
      end: () => over({ kind: 'target_failed', detail: `target ${target.name} gave no answer` }),
      fail: over,
    })
  })
}

/** A promise of one target within a deadline. */
export async function within<T>(
  target: Target,
  deadlineMs: number,
  promise: T | Promise<T>,
): Promise<T | CallFailure> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<CallFailure>(resolve => {
    timer = setTimeout(() => resolve(late(target, deadlineMs)), deadlineMs)
  })
  return Promise.race([promise, deadline]).finally(() => clearTimeout(timer))
}

function late(target: Target, deadlineMs: number): CallFailure {
  return {
    kind: 'timeout',
    detail: `target ${target.name} did not answer within ${deadlineMs / 1000} s`,
  }
}

/** Splits outcomes into what came and what failed. */
export function sort<T extends object>(
  outcomes: readonly (T | CallFailure)[],
): { readonly came: T[]; readonly failed: CallFailure[] } {
  const came: T[] = []
  const failed: CallFailure[] = []
  for (const outcome of outcomes)
    if (isCallFailure(outcome)) failed.push(outcome)
    else came.push(outcome)
  return { came, failed }
}

export function isCallFailure(value: object): value is CallFailure {
  return 'kind' in value && 'detail' in value
}
