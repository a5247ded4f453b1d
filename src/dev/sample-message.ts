/** An answer that is an error: JSON-RPC code, message, data (spec 2026-07-28, basic#error-codes). */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

export type Id = string | number

export type Params = Readonly<Record<string, unknown>>

export type Request = { readonly id: Id; readonly method: string; readonly params: Params }

/** A request, a notification (without id), or what is wrong with the line. */
export function parse(line: string): Request | Omit<Request, 'id'> | RpcError {
  let message: unknown
  try {
    message = JSON.parse(line)
  } catch {
    return new RpcError(-32700, 'Parse error')
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return new RpcError(-32600, 'Not a JSON-RPC message')
  }
  const { jsonrpc, id, method, params = {} } = message as Record<string, unknown>
  const wellFormed = typeof params === 'object' && params !== null && !Array.isArray(params)
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !wellFormed) {
    return new RpcError(-32600, 'Not a JSON-RPC request')
  }
  if (id === undefined) return { method, params: params as Params }
  if (typeof id !== 'string' && !Number.isInteger(id)) {
    return new RpcError(-32600, 'The id of a request must be a string or an integer')
  }
  return { id: id as Id, method, params: params as Params }
}

/** The answer to a request; an Error makes it an error, without details unless it is an RpcError. */
export function response(id: Id | undefined, outcome: unknown): object {
  const head = id === undefined ? { jsonrpc: '2.0' } : { jsonrpc: '2.0', id }
  if (!(outcome instanceof Error)) return { ...head, result: outcome }
  const { code, message, data } =
    outcome instanceof RpcError ? outcome : new RpcError(-32603, 'Internal error')
  return { ...head, error: data === undefined ? { code, message } : { code, message, data } }
}

/** The member of params that has to be a string. */
export function text(params: Params, name: string): string {
  const value = params[name]
  if (typeof value === 'string') return value
  throw new RpcError(-32602, `params.${name} must be a string`)
}

/** The member of params that may be an object; an empty one when absent. */
export function object(params: Params, name: string): Params {
  const value = params[name] ?? {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Params
  throw new RpcError(-32602, `params.${name} must be an object`)
}
