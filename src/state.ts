import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from './config/secret.ts'
import { generateKey } from './seal/seal.ts'

/**
 * The sealing key of a gateway for which none is configured: made once and kept in the state folder
 * (mode 0600), so that sessions and client ids survive a restart.
 *
 * @param folder undefined: the key lives as long as the process
 * @throws Error with one sentence when the folder cannot be used
 */
export function ownKey(folder: string | undefined): Secret {
  if (folder === undefined) return new Secret(generateKey())
  const file = join(folder, 'session.key')
  const existing = readKey(file)
  if (existing !== undefined) return new Secret(existing)
  const key = generateKey()
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // `wx`: of two gateways that start at once the second takes the first one's key.
    writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' })
    chmodSync(file, 0o600)
    return new Secret(key)
  } catch (error) {
    const other = readKey(file)
    if (other !== undefined) return new Secret(other)
    throw new Error(
      `no session key can be kept in ${folder} (${(error as Error).message}); set config.session.key or SESSION_KEY`,
    )
  }
}

function readKey(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return /^[0-9a-f]{64}$/i.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
