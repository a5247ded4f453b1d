import { Secret } from '../config/secret.ts'

const REDACTED = '[redacted]'
const MAX_DEPTH = 6
const MAX_MEMBERS = 100

/** Names whose values are credentials wherever they turn up, compared without case, `-` and `_`. */
const SECRET_NAME =
  /(?:^|x)(?:authorization|proxyauthorization|cookie|setcookie|apikey|assertion|clientassertion|codeverifier|sessionkey)$|(?:token|secret|password|passphrase|privatekey)$/

/** JSON Web Tokens, tokens that the gateway sealed, and `Bearer …` as headers carry it. */
const TOKEN_TEXT =
  /eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*){1,3}|pcat_[\w-]{16,}|\b(bearer|basic|dpop)\s+[\w.~+/-]{8,}=*/gi

/**
 * A copy of log fields that can be written: plain data, of bounded depth and width, without secrets.
 *
 * Redacted are values of type Secret, text values under names of credentials, and tokens inside any
 * text. Errors become `{ type, message, code, stack, cause }`. Not found: a secret in plain text
 * under a harmless name, which is why secrets are of type Secret.
 */
export function redact(fields: object): Record<string, unknown> {
  return members(fields, 0)
}

/** The text with every token in it replaced. */
export function redactText(text: string): string {
  return text.replace(TOKEN_TEXT, (_match, scheme: string | undefined) =>
    scheme === undefined ? REDACTED : `${scheme} ${REDACTED}`,
  )
}

function members(value: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value).slice(0, MAX_MEMBERS)) {
    copy[name] = isSecret(name, member) ? REDACTED : plain(member, depth + 1)
  }
  return copy
}

function isSecret(name: string, value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'object') return false
  return value !== null && SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ''))
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Secret) return REDACTED
  if (value instanceof Error) return error(value, depth)
  if (value instanceof URL) return redactText(value.href)
  if (value instanceof Date) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth >= MAX_DEPTH) return '[…]'
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map(item => plain(item, depth + 1))
  if (value instanceof Map) return members(Object.fromEntries(value), depth)
  if (value instanceof Set) return plain([...value], depth)
  return members(value, depth)
}

function error(value: Error, depth: number): unknown {
  const { name, message, stack, cause } = value
  return {
    type: name,
    message: redactText(message),
    ...('code' in value ? { code: value.code } : {}),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...(cause === undefined || depth >= MAX_DEPTH ? {} : { cause: plain(cause, depth + 1) }),
  }
}
