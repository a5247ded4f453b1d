import type { Exchange } from '../connection.ts'
import type { Message } from '../message.ts'
import type { Offer } from './routing.ts'

/** How a server announces that a list has changed, by what it offers. */
const CHANGES: readonly (readonly [Offer, string])[] = [
  ['t', 'notifications/tools/list_changed'],
  ['p', 'notifications/prompts/list_changed'],
  ['r', 'notifications/resources/list_changed'],
]

/**
 * Tells a client to read its lists again: nobody can say what has changed when a target was away for a
 * while, or when the configuration is another one.
 *
 * @param offers letters of what may have changed
 * @param meta JSON text of `_meta`
 */
export function announce(
  exchange: Pick<Exchange, 'message'>,
  offers = 'tpr',
  meta: string | undefined = undefined,
): void {
  const params = meta === undefined ? '' : `,"params":{"_meta":${meta}}`
  for (const [letter, method] of CHANGES) {
    if (!offers.includes(letter)) continue
    const message: Message = { jsonrpc: '2.0', method }
    exchange.message(`{"jsonrpc":"2.0","method":"${method}"${params}}`, message)
  }
}
