import type { Call } from '../call.ts'
import { nameOf } from '../classify.ts'
import type { Exchange } from '../connection.ts'
import { edit, elementsAt } from '../json-text.ts'
import { CODE, errorText, kindOf, type Message } from '../message.ts'
import { idOf } from './inward.ts'

/** The messages of a batch (spec 2025-03-26, basic/index#batching), as calls of their own. */
export function splitBatch(call: Call): Call[] {
  return elementsAt(call.text, []).map(text => {
    const message = JSON.parse(text) as Message
    const method = message.method ?? ''
    return {
      ...call,
      kind: kindOf(message) ?? 'notification',
      method,
      name: nameOf(method, message.params),
      id: message.id,
      message,
      text,
      body: Buffer.from(text),
    }
  })
}

/**
 * Answers a batch: array in, array out, in the order of the requests. What comes before the answers goes
 * to the client at once, if it takes event streams.
 *
 * @param failed a failure as the answer to the request with this id
 */
export function answerBatch(
  requests: readonly Call[],
  exchange: Exchange,
  dispatch: (call: Call, exchange: Exchange) => () => void,
  failed: (failure: Parameters<Exchange['fail']>[0], rawId: string) => string,
): () => void {
  const answers: string[] = []
  let waiting = requests.length
  const settle = (index: number, text: string): void => {
    if (answers[index] !== undefined) return
    answers[index] = text
    waiting--
    if (waiting === 0) exchange.answer(`[${answers.join(',')}]`, { jsonrpc: '2.0', result: {} })
  }
  const cancels = requests.map((call, index) => {
    const rawId = idOf(call) ?? 'null'
    const own: Exchange = {
      // Without checkpoints: an event id names one stream, and here are several.
      message: (text, message) => exchange.message(text, message),
      // Some servers round ids; in an array only the exact one finds its request.
      answer: text => settle(index, edit(text, [[['id'], rawId]])),
      end: () => settle(index, errorText(rawId, CODE.internalError, 'The server gave no answer')),
      fail: failure => settle(index, failed(failure, rawId)),
    }
    if (call.method !== 'initialize') return dispatch(call, own)
    settle(index, errorText(rawId, CODE.invalidRequest, 'initialize cannot be part of a batch'))
    return () => undefined
  })
  return () => {
    for (const cancel of cancels) cancel()
  }
}
