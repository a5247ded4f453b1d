import type { Exchange, Outgoing } from '../connection.ts'
import type { Lane } from './lanes.ts'

/** Sends a request over a lane, which knows of it for as long as it waits. The result cancels it. */
export function exchangeOver(
  lane: Lane,
  outgoing: Outgoing,
  exchange: Exchange,
  now: () => number,
): () => void {
  const over = (): void => {
    lane.exchanges.delete(tracked)
    lane.lastUsed = now()
  }
  const tracked: Exchange = {
    // Nobody behind a pooled or shared lane has said that it can be asked.
    message: (text, message) =>
      (lane.use === 'session' || message.id === undefined) && exchange.message(text, message),
    answer(text, message) {
      over()
      exchange.answer(text, message)
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
  lane.lastUsed = now()
  lane.exchanges.add(tracked)
  const cancel = lane.duplex.request(outgoing, tracked)
  return () => {
    over()
    cancel()
  }
}
