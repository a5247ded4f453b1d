import { createHash } from 'node:crypto'
import { Secret } from './secret.ts'

/**
 * A stable digest (SHA-256, base64url) of a piece of a snapshot: equal for equal content, whatever the
 * order of members. Where something was written (`origin`) does not count, so a new line in a file
 * changes no handle. Secrets count, and cannot be read back from it.
 */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url')
}

function canonical(value: unknown): string {
  if (value instanceof Secret) {
    return `secret:${createHash('sha256').update(value.reveal()).digest('base64url')}`
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const members = Object.entries(value)
    .filter(([name, member]) => member !== undefined && !(name === 'origin' && isOrigin(member)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

/** `origin` of an HTTP host is a string, and counts. */
function isOrigin(member: unknown): boolean {
  return typeof member === 'object' && member !== null && 'source' in member
}
