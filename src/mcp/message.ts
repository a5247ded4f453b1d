/** JSON-RPC 2.0 as MCP uses it. Ids may be strings or numbers; null only where none could be read. */
export type Id = string | number

export type Message = {
  readonly jsonrpc: '2.0'
  readonly id?: Id
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** JSON-RPC and MCP error codes (spec 2026-07-28, basic/index#error-codes). */
export const CODE = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Implementation-defined, and the one that the SDKs use for HTTP-level refusals. */
  serverError: -32000,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const

export type MessageKind = 'request' | 'notification' | 'response'

/** Undefined: no JSON-RPC message. */
export function kindOf(value: unknown): MessageKind | undefined {
  if (!isObject(value) || value.jsonrpc !== '2.0') return undefined
  const { id, method } = value
  if (method === undefined) {
    if (!('result' in value) === !('error' in value)) return undefined
    return isId(id) || 'error' in value ? 'response' : undefined
  }
  if (typeof method !== 'string' || ('params' in value && !isObject(value.params))) return undefined
  if (!('id' in value)) return 'notification'
  return isId(id) ? 'request' : undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'number'
}

/** An error answer as text; `rawId` is the JSON text of the request's id, which thereby stays exact. */
export function errorText(
  rawId: string | undefined,
  code: number,
  message: string,
  data?: unknown,
): string {
  const error = JSON.stringify(data === undefined ? { code, message } : { code, message, data })
  return rawId === undefined
    ? `{"jsonrpc":"2.0","error":${error}}`
    : `{"jsonrpc":"2.0","id":${rawId},"error":${error}}`
}
