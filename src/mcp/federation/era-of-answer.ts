import type { Call } from '../call.ts'
import type { Exchange } from '../connection.ts'
import { isModernError, onlyLegacy } from '../era-mismatch.ts'
import type { Target } from '../target.ts'

/** Says of a server that refuses `server/discover` what its refusal means: it is too old for it. */
export function ofItsEra(target: Target, call: Call, exchange: Exchange): Exchange {
  if (call.method !== 'server/discover') return exchange
  return {
    ...exchange,
    answer(text, message, eventId) {
      if (message.error === undefined || isModernError(message.error))
        exchange.answer(text, message, eventId)
      else exchange.fail(onlyLegacy(`target ${target.name}`, call.version))
    },
  }
}
