import * as z from 'zod'
import type { Address, LogLevel } from '../snapshot.ts'
import { type SecretSource, secret } from './content.ts'
import { object } from './object.ts'
import { cidr, duration, httpOrigin, integer, socketAddress, word } from './value.ts'

/** `config:`, what holds for the whole process. */
export type ProcessConfig = {
  readonly adminAddr?: Address | 'off' | undefined
  readonly statsAddr?: Address | 'off' | undefined
  readonly readinessAddr?: Address | 'off' | undefined
  readonly session?: { readonly key: readonly SecretSource[] } | undefined
  readonly mcp?: McpSettings | undefined
  readonly logging?: LoggingSettings | undefined
  /** Milliseconds. */
  readonly connectionTerminationDeadline?: number | undefined
  readonly trustedProxies?: readonly string[] | undefined
  readonly publicUrl?: string | undefined
  readonly maxBodyBytes?: number | undefined
  readonly failedAuthenticationsPerMinute?: number | undefined
  readonly store?: StoreConfig | undefined
}

export type StoreConfig = {
  readonly redis: { readonly url: SecretSource }
  readonly onStoreFailure?: 'local' | 'deny' | undefined
}

/** Milliseconds. */
export type McpSettings = {
  readonly sessionTtl?: number | undefined
  readonly sessionMaxAge?: number | undefined
}

export type LoggingSettings = {
  readonly level?: LogLevel | undefined
  readonly format?: 'text' | 'json' | undefined
}

const keys: z.ZodType<readonly SecretSource[]> = z.union(
  [secret.transform(one => [one]), z.array(secret).min(1)],
  { error: 'a key is a string (in quotes when it is a number), {file: path}, or a list of them' },
)

export const processConfig: z.ZodType<ProcessConfig> = object(
  {
    adminAddr: socketAddress
      .optional()
      .describe('Where health and metrics are served; localhost:15000 when left out'),
    statsAddr: socketAddress.optional().describe('A second address for the same'),
    readinessAddr: socketAddress.optional().describe('A third address for the same'),
    session: object({
      key: keys.describe(
        '64 hex characters, {file: path}, or a list of them: the first seals, all of them open',
      ),
    })
      .optional()
      .describe('The secret behind session ids and the authorization-server proxy'),
    mcp: object({
      sessionTtl: duration
        .optional()
        .describe('A session that was not used for so long is over; 30m when left out'),
      sessionMaxAge: duration
        .optional()
        .describe('Ours. A session is over after so long in any case; 24h when left out'),
    })
      .optional()
      .describe('MCP sessions'),
    logging: object({
      level: word('trace', 'debug', 'info', 'warn', 'error', 'silent')
        .optional()
        .describe('info when left out'),
      format: word('text', 'json')
        .optional()
        .describe('Left out: text on a terminal, JSON elsewhere'),
    })
      .optional()
      .describe('The log'),
    connectionTerminationDeadline: duration
      .optional()
      .describe('How long running calls may go on after SIGTERM; 10s when left out'),
    trustedProxies: z
      .array(cidr)
      .optional()
      .describe('Ours. Addresses of proxies whose X-Forwarded-* headers are believed'),
    publicUrl: httpOrigin
      .optional()
      .describe('Ours. The origin under which clients reach the gateway'),
    failedAuthenticationsPerMinute: integer(0, 1_000_000)
      .optional()
      .describe(
        'Ours. Bad tokens and API keys that one address may send in a minute before its unknown ones get 429; 120 when left out, 0: no limit',
      ),
    store: object({
      redis: object({
        url: secret.describe('redis:// or rediss:// URL, or {file: path}'),
      }).describe('A server that speaks the protocol of Redis'),
      onStoreFailure: word('local', 'deny')
        .optional()
        .describe(
          'For rate limits. local (default): each replica counts for itself until the store is back; deny: what has a limit gets 503',
        ),
    })
      .optional()
      .describe(
        'Ours. What replicas share: rate limits, ends of sessions, refreshes, codes that were used',
      ),
    maxBodyBytes: integer(1024, 1_073_741_824)
      .optional()
      .describe('Ours. Largest request body that is read into memory; 4 MiB when left out'),
  },
  'config',
)
