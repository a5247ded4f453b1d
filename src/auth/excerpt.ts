const MAX_LENGTH = 120

/**
 * What a token claims, for a sentence in a failure: at most 120 characters, and never more than the
 * values themselves say. Strings as they are; of an array the strings; anything else by its type.
 */
export function excerpt(value: unknown): string {
  const text = Array.isArray(value) ? value.map(part).join(' ') : part(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 3)}...` : text
}

function part(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '(empty)' : value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return value === undefined || value === null ? '(none)' : `(${typeof value})`
}
