import type { Exchange } from '../connection.ts'
import { CODE, errorText } from '../message.ts'

/** A JSON-RPC error as a server gives it, in place of an answer that no target was asked for. */
export type RpcRefusal = {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** Answers with an error. @param rawId JSON text of the id of the request */
export function refuse(exchange: Exchange, rawId: string | undefined, refusal: RpcRefusal): void {
  const { code, message, data } = refusal
  exchange.answer(errorText(rawId, code, message, data), {
    jsonrpc: '2.0',
    error: { code, message },
  })
}

/** Answers with a result. @param result JSON text */
export function grant(exchange: Exchange, rawId: string | undefined, result: string): void {
  exchange.answer(`{"jsonrpc":"2.0","id":${rawId ?? 'null'},"result":${result}}`, {
    jsonrpc: '2.0',
    result: {},
  })
}

export function methodNotFound(method: string): RpcRefusal {
  return { code: CODE.methodNotFound, message: `Method not found: ${method}` }
}

export function invalidParams(message: string, data?: unknown): RpcRefusal {
  return { code: CODE.invalidParams, message, data }
}
