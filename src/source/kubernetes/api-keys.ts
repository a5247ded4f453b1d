import { createHash } from 'node:crypto'
import type { Secret } from './gateway-api.ts'
import { given } from './given.ts'
import { selects } from './labels.ts'
import type { Outcome, SectionContext } from './section.ts'

export type ApiKeyAuthenticationSpec = {
  readonly mode?: string
  readonly secretRef?: { readonly name: string }
  readonly secretSelector?: { readonly matchLabels: Readonly<Record<string, string>> }
  readonly location?: { readonly header?: { readonly name: string; readonly prefix?: string } }
}

/** A key as a file writes it: its hash, so that the key itself goes no further. */
export type WrittenKey = {
  readonly keyHash: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

/**
 * APIKeyAuthentication: every entry of the Secrets is one key, a string, or JSON with `key` and `metadata`.
 * Secrets are those of the namespace of the policy.
 */
export function apiKeyAuthentication(
  spec: ApiKeyAuthenticationSpec,
  { cluster, from }: SectionContext,
): Outcome {
  const { mode = 'Strict', secretRef, secretSelector, location } = spec
  const [place] = Object.keys(location ?? {}).filter(name => name !== 'header')
  if (place !== undefined) return { problem: `location.${place} is not supported, only header` }
  const secrets =
    secretSelector === undefined
      ? [cluster.get<Secret>('Secret', from.namespace, secretRef?.name ?? '')]
      : cluster
          .all<Secret>('Secret')
          .filter(({ metadata }) => metadata.namespace === from.namespace)
          .filter(({ metadata }) => selects(secretSelector, metadata.labels))
  const entries = secrets.flatMap(secret => Object.values(secret?.data ?? {}).map(toKey))
  const keys = unique(entries.filter(key => key !== undefined))
  const named = secretRef === undefined ? 'secretSelector' : 'secretRef'
  if (keys.length === 0) return { problem: `${named}: no Secret that it names holds a key` }
  const written = { apiKey: given({ mode, keys, location }) }
  const bad = entries.length - entries.filter(key => key !== undefined).length
  return bad === 0
    ? written
    : { written, partial: `${named}: ${bad} entries are empty or JSON without a key` }
}

/** Of two entries with one key the older Secret counts. */
export function unique(keys: readonly WrittenKey[]): readonly WrittenKey[] {
  return [...new Map(keys.toReversed().map(key => [key.keyHash, key])).values()].toReversed()
}

export function hashed(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}

function toKey(encoded: string): WrittenKey | undefined {
  const text = Buffer.from(encoded, 'base64').toString('utf8').trim()
  if (!text.startsWith('{')) return text === '' ? undefined : { keyHash: hashed(text) }
  try {
    const { key, keyHash, metadata } = JSON.parse(text)
    const hash = typeof key === 'string' && key !== '' ? hashed(key) : keyHash
    if (typeof hash !== 'string') return undefined
    return typeof metadata === 'object' && metadata !== null
      ? { keyHash: hash, metadata }
      : { keyHash: hash }
  } catch {
    return undefined
  }
}
