import { createHash } from 'node:crypto'
import type { Locate } from '../resource.ts'
import type { ApiKeyConfig, ApiKeyPolicy } from '../schema/api-key.ts'
import type { ApiKey, ApiKeys } from '../snapshot.ts'
import { readSecret } from './content.ts'
import type { Compilation } from './context.ts'

/** @param alone no other policy of the route asks who calls */
export function compileApiKeys(
  { keys, location, resourceMetadata }: ApiKeyPolicy,
  alone: boolean,
  locate: Locate,
  compilation: Compilation,
): ApiKeys {
  const seen = new Set<string>()
  const compiled = keys.flatMap((config, index): ApiKey[] => {
    const hash = hashOf(config, (...path) => locate('keys', index, ...path), compilation)
    if (hash === undefined) return []
    if (seen.has(hash)) compilation.report.error(locate('keys', index), 'this key is there already')
    seen.add(hash)
    return [{ hash, metadata: config.metadata ?? {} }]
  })
  return {
    keys: compiled,
    header: location?.header.name ?? 'authorization',
    prefix: location === undefined ? 'Bearer ' : (location.header.prefix ?? ''),
    // Without tokens there is nowhere to send anybody for one.
    hidden: alone || resourceMetadata === 'hidden',
  }
}

function hashOf(
  config: ApiKeyConfig,
  locate: Locate,
  compilation: Compilation,
): string | undefined {
  const { key, keyHash } = config
  if (keyHash !== undefined || key === undefined) return keyHash
  const spot = locate('key')
  const secret = readSecret(key, spot, compilation)
  if (secret === undefined) return undefined
  const hash = createHash('sha256').update(secret.reveal()).digest('hex')
  if (key.kind === 'inline') {
    compilation.report.warn(
      spot,
      'whoever reads the configuration has this key',
      'Write keyHash: "sha256:…" (printf %s "$KEY" | sha256sum) or key: {file: path}',
    )
  }
  return hash
}
