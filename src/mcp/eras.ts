/**
 * Protocol versions and the two eras they fall into (spec 2026-07-28, basic/versioning): legacy
 * revisions open a session with `initialize`, modern ones say everything in each request.
 */
export type Era = 'legacy' | 'modern'

/** Newest first. */
export const LEGACY_VERSIONS: readonly string[] = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
]
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28']
export const SUPPORTED_VERSIONS: readonly string[] = [...MODERN_VERSIONS, ...LEGACY_VERSIONS]

/** What the gateway names when it opens a legacy session of its own. */
export const OWN_LEGACY_VERSION = '2025-11-25'

/**
 * The era that a version string belongs to. Versions are dates, and every one from 2026-07-28 on is
 * modern, known or not; what is no date is taken for an unknown legacy one.
 */
export function eraOf(version: string): Era {
  return /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= '2026-07-28' ? 'modern' : 'legacy'
}

/** Keys of the per-request envelope in `params._meta` (spec 2026-07-28, basic/index#meta). */
export const META_VERSION = 'io.modelcontextprotocol/protocolVersion'
export const META_CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
export const META_SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

/** Says which notifications a `subscriptions/listen` stream will bring (spec 2026-07-28, basic/patterns/subscriptions). */
export const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'

/**
 * Which member of `params` the `Mcp-Name` header mirrors: SEP-2243 for the core methods, SEP-2663 for
 * tasks. Also what policies and logs call the name of a call.
 */
export const NAME_MEMBER: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['resources/subscribe', 'uri'],
  ['resources/unsubscribe', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
  ['tasks/result', 'taskId'],
])

/** The methods for which the header is required (the other names in the table have none). */
export const NAME_HEADER_METHODS: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
])
