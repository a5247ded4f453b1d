import { IMPLEMENTATION } from './sample-catalog.ts'
import { type Params, RpcError } from './sample-message.ts'

/** What the keys of MCP in `_meta` begin with (spec 2026-07-28, basic/index#meta). */
export const META = 'io.modelcontextprotocol/'

export const MODERN_VERSIONS: readonly string[] = ['2026-07-28']

/** How long modern clients may keep a result (spec 2026-07-28, server/utilities/caching). */
const CACHING: Readonly<Record<string, { ttlMs: number; cacheScope: 'public' | 'private' }>> = {
  'server/discover': { ttlMs: 3_600_000, cacheScope: 'public' },
  'tools/list': { ttlMs: 3_600_000, cacheScope: 'public' },
  'prompts/list': { ttlMs: 3_600_000, cacheScope: 'public' },
  'resources/list': { ttlMs: 3_600_000, cacheScope: 'public' },
  'resources/templates/list': { ttlMs: 3_600_000, cacheScope: 'public' },
  'resources/read': { ttlMs: 0, cacheScope: 'private' },
}

/** The version that a request declares; throws what basic/index#meta and basic/versioning ask for. */
export function modernVersion(meta: Params): string {
  const requested = meta[`${META}protocolVersion`]
  if (typeof requested !== 'string') {
    throw new RpcError(-32602, `params._meta["${META}protocolVersion"] must be a string`)
  }
  if (!MODERN_VERSIONS.includes(requested)) {
    const data = { supported: MODERN_VERSIONS, requested }
    throw new RpcError(-32022, 'Unsupported protocol version', data)
  }
  const capabilities = meta[`${META}clientCapabilities`]
  if (typeof capabilities !== 'object' || capabilities === null) {
    throw new RpcError(-32602, `params._meta["${META}clientCapabilities"] must be an object`)
  }
  return requested
}

/** The result with the members that the modern era adds to every one. */
export function modernResult(method: string, result: object): object {
  const { _meta, ...members } = result as { _meta?: object }
  return {
    resultType: 'complete',
    ...members,
    ...CACHING[method],
    _meta: { [`${META}serverInfo`]: IMPLEMENTATION, ..._meta },
  }
}
