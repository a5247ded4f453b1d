import type { Exchange } from '../connection.ts'
import type { CallFailure } from '../failure.ts'
import type { Message } from '../message.ts'
import type { Target } from '../target.ts'
import type { Members } from './members.ts'

/** What one of several targets answered. */
export type Reply = { readonly target: Target; readonly text: string; readonly message: Message }

/** The answer of one target within a deadline. */
export function ask(
  { deadlineMs, health }: Members,
  target: Target,
  start: (exchange: Exchange) => () => void,
): Promise<Reply | CallFailure> {
  const down = health.down(target.name)
  if (down !== undefined) return Promise.resolve(down)
  return new Promise(settle => {
    const over = (outcome: Reply | CallFailure): void => {
      clearTimeout(timer)
      health.report(target.name, outcome)
      settle(outcome)
    }
    const timer = setTimeout(() => {
      cancel()
      over(late(target, deadlineMs))
    }, deadlineMs)
    const cancel = start({
      message: () => false,
      answer: (text, message) => over({ target, text, message }),
      end: () => over({ kind: 'target_failed', detail: `target ${target.name} gave no answer` }),
      fail: over,
    })
  })
}

/** What one target has to do, within a deadline. */
export async function within<T extends object>(
  { deadlineMs, health }: Members,
  target: Target,
  work: () => T | Promise<T>,
): Promise<T | CallFailure> {
  const down = health.down(target.name)
  if (down !== undefined) return down
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<CallFailure>(resolve => {
    timer = setTimeout(() => resolve(late(target, deadlineMs)), deadlineMs)
  })
  const outcome = await Promise.race([work(), deadline]).finally(() => clearTimeout(timer))
  health.report(target.name, outcome)
  return outcome
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
