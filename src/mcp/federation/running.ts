import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { Exchange } from '../connection.ts'
import type { Session } from '../session.ts'
import type { Target } from '../target.ts'
import { idOf } from './inward.ts'

/** The requests of sessions that wait for an answer: whom a cancellation concerns. */
export type Running = {
  /** An exchange that forgets the request when it is over. */
  track(target: Target, call: Call, session: Session, client: Client, exchange: Exchange): Exchange
  /** The target that works on a request; @param rawId JSON text of its id */
  find(session: string, rawId: string): Target | undefined
}

export function createRunning(): Running {
  const running = new Map<string, Target>()
  return {
    track(target, call, session, client, exchange) {
      if (session.pooled) return exchange
      const key = `${session.key} ${idOf(call)}`
      running.set(key, target)
      const over = (): void => void running.delete(key)
      client.response.once('close', over)
      return {
        ...exchange,
        answer(text, message, eventId) {
          over()
          exchange.answer(text, message, eventId)
        },
        end() {
          over()
          exchange.end()
        },
        fail(failure) {
          over()
          exchange.fail(failure)
        },
      }
    },
    find: (session, rawId) => running.get(`${session} ${rawId}`),
  }
}
