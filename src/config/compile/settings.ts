import type { ProcessResource } from '../resource.ts'
import { Secret } from '../secret.ts'
import type { Address, Settings, Store } from '../snapshot.ts'
import { readSecret } from './content.ts'
import type { Compilation } from './context.ts'

const MINUTE = 60_000
const DEFAULT_ADMIN: Address = { host: 'localhost', port: 15_000 }

/** What holds for the whole process; of several resources the later ones win, member by member. */
export function compileSettings(
  resources: readonly ProcessResource[],
  compilation: Compilation,
): Settings {
  const merged: Partial<ProcessResource> = Object.assign({}, ...resources)
  return {
    admin: adminAddresses(merged),
    adminRequired: typeof merged.adminAddr === 'object',
    sessionKeys: sessionKeys(resources, compilation),
    sessionIdleMs: merged.mcp?.sessionTtl ?? 30 * MINUTE,
    sessionMaxMs: merged.mcp?.sessionMaxAge ?? 24 * 60 * MINUTE,
    trustedProxies: merged.trustedProxies ?? [],
    drainMs: merged.connectionTerminationDeadline ?? 10_000,
    logLevel: merged.logging?.level ?? 'info',
    logFormat: merged.logging?.format ?? 'auto',
    maxBodyBytes: merged.maxBodyBytes ?? 4 * 1024 * 1024,
    failedAuthenticationsPerMinute: merged.failedAuthenticationsPerMinute ?? 120,
    store: compileStore(resources, compilation),
  }
}

function compileStore(
  resources: readonly ProcessResource[],
  compilation: Compilation,
): Store | undefined {
  const resource = resources.findLast(({ store }) => store !== undefined)
  if (resource?.store === undefined) return undefined
  const { redis, onStoreFailure: onFailure = 'local' } = resource.store
  const spot = resource.locate('store', 'redis', 'url')
  const url = readSecret(redis.url, spot, compilation)
  if (url === undefined) return undefined
  if (!/^rediss?:\/\/[^/]/.test(url.reveal())) {
    compilation.report.error(spot, 'expected a URL that begins with redis:// or rediss://')
  }
  return { url, onFailure }
}

/** `statsAddr` and `readinessAddr` open further doors to the same answers. */
function adminAddresses(config: Partial<ProcessResource>): readonly Address[] {
  const { adminAddr = DEFAULT_ADMIN, statsAddr, readinessAddr } = config
  const found = new Map<string, Address>()
  for (const address of [adminAddr, statsAddr, readinessAddr]) {
    if (address === undefined || address === 'off') continue
    // 0 is a free port each time.
    const key = address.port === 0 ? String(found.size) : `${address.host} ${address.port}`
    found.set(key, address)
  }
  return [...found.values()]
}

function sessionKeys(
  resources: readonly ProcessResource[],
  compilation: Compilation,
): readonly Secret[] {
  const resource = resources.findLast(({ session }) => session !== undefined)
  if (resource?.session === undefined) return []
  return resource.session.key.flatMap((source, index) => {
    const spot = resource.locate('session', 'key', index)
    const secret = readSecret(source, spot, compilation)
    // A file may hold several, one a line.
    return (secret?.reveal().split(/\s+/) ?? []).flatMap(key => {
      if (/^[0-9a-fA-F]{64}$/.test(key)) return [new Secret(key.toLowerCase())]
      const got = /^[0-9a-fA-F]*$/.test(key) ? `${key.length} of them` : 'something else'
      compilation.report.error(
        spot,
        `expected a key of 64 hex characters, got ${got}`,
        'Make one with: openssl rand -hex 32',
      )
      return []
    })
  })
}
